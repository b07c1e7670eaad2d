package dev.aloft.service.dynamodb;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.CreateTableRequest;
import dev.aloft.api.DynamoDb.DescribeImportRequest;
import dev.aloft.api.DynamoDb.ImportStatus;
import dev.aloft.api.DynamoDb.ImportTableDescription;
import dev.aloft.api.DynamoDb.ImportTableRequest;
import dev.aloft.api.DynamoDb.TableCreationParameters;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.time.Time;
import dev.aloft.service.dynamodb.value.ValidationException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Makes a table from what lies in S3, as ImportSourceSpecification of a template says, and waits for it. */
final class TableImport {
    private static final String SOURCE = "ImportSourceSpecification";

    private final DynamoDb dynamoDb;
    private final Looks looks;

    TableImport(DynamoDb dynamoDb, Time time) {
        this.dynamoDb = dynamoDb;
        looks = new Looks(time);
    }

    static boolean isWanted(Desired desired) {
        return desired.properties().get(SOURCE) != null;
    }

    /** The step may be done a second time: the token is the same, and so is the import. */
    void run(Caller caller, Desired desired, CreateTableRequest table) {
        if (table.localSecondaryIndexes() != null) {
            throw new ValidationException("LocalSecondaryIndexes can not be specified with " + SOURCE);
        }
        var token = UUID.nameUUIDFromBytes((desired.stackId() + desired.logicalId() + desired.token())
            .getBytes(StandardCharsets.UTF_8));
        var source = source(desired);
        var told = dynamoDb.importTable(caller, source.toBuilder().clientToken(token.toString())
            .tableCreationParameters(TableCreationParameters.of(p -> p.tableName(table.tableName())
                .attributeDefinitions(table.attributeDefinitions()).keySchema(table.keySchema())
                .billingMode(table.billingMode())
                .provisionedThroughput(table.provisionedThroughput()).onDemandThroughput(table.onDemandThroughput())
                .sseSpecification(table.sseSpecification()).globalSecondaryIndexes(table.globalSecondaryIndexes())))
                .build())
            .importTableDescription();
        var ended = await(caller, told);
        if (!ImportStatus.COMPLETED.equals(ended.importStatus())) {
            throw ApiError.of(ended.failureCode() == null ? "ImportFailed" : ended.failureCode(), 400,
                "The import into table " + table.tableName() + " ended " + ended.importStatus() + ": "
                + ended.failureMessage());
        }
    }

    private static ImportTableRequest source(Desired desired) {
        if (!(desired.properties().get(SOURCE) instanceof Map<?, ?> map)) {
            throw new ValidationException("#/" + SOURCE + ": expected type: JSONObject");
        }
        return (ImportTableRequest) TemplateShape.read(DynamoDb.IMPORT_TABLE.input(), new LinkedHashMap<>(map),
            SOURCE + ".");
    }

    private ImportTableDescription await(Caller caller, ImportTableDescription begun) {
        return looks.until(now -> !ImportStatus.IN_PROGRESS.equals(now.importStatus()), () ->
            dynamoDb.describeImport(caller, new DescribeImportRequest(begun.importArn())).importTableDescription());
    }
}
