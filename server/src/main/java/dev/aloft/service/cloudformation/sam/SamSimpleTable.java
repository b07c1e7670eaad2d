package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code AWS::Serverless::SimpleTable}: a DynamoDB table with one key. */
final class SamSimpleTable {
    private static final Set<String> KNOWN =
            Set.of("PointInTimeRecoverySpecification", "PrimaryKey", "ProvisionedThroughput",
            "TableName", "Tags", "SSESpecification");
    private static final Map<String, String> TYPES = Map.of("String", "S", "Number", "N", "Binary", "B");

    private SamSimpleTable() {
    }

    static void transform(Transformation transformation, Declared source) {
        source.allow(KNOWN);
        var key = source.map("PrimaryKey");
        Object name = "id";
        var type = "S";
        if (!key.isEmpty()) {
            name = key.get("Name");
            if (name == null) {
                throw source.error("Property 'PrimaryKey.Name' is required.");
            }
            if (key.get("Type") == null) {
                throw source.error("Property 'PrimaryKey.Type' is required.");
            }
            type = TYPES.get(Trees.text(key.get("Type")));
            if (type == null) {
                throw source.error("Invalid 'Type' \"" + key.get("Type") + "\".");
            }
        }
        var table = new Generated(source.id(), "AWS::DynamoDB::Table", source.attributes());
        table.dependsOn = source.dependsOn();
        table.with("AttributeDefinitions", Functions.list(Functions.map("AttributeName", name, "AttributeType", type)))
                .with("KeySchema", Functions.list(Functions.map("AttributeName", name, "KeyType", "HASH")));
        var throughput = source.get("ProvisionedThroughput");
        if (Functions.given(throughput)) {
            table.with("ProvisionedThroughput", throughput);
        } else {
            table.with("BillingMode", "PAY_PER_REQUEST");
        }
        for (var property : List.of("PointInTimeRecoverySpecification", "SSESpecification", "TableName")) {
            table.with(property, Functions.given(source.get(property)) ? source.get(property) : null);
        }
        transformation.add(source, List.of(table.with("Tags",
                source.map("Tags").isEmpty() ? null : Functions.tags(source.map("Tags")))));
    }
}
