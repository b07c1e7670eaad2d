package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.SSESpecification;
import dev.aloft.api.DynamoDbStreams;
import dev.aloft.api.Kms;
import dev.aloft.kernel.call.ResourceType.Desired;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tables under keys of KMS, in the words that were recorded of AWS. */
class TableKeysTest extends DynamoDbFixture {
    private static final String TABLE = "secrets";
    private static final String[] ALL = {"dynamodb:*", "kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"};
    private static final String UNKNOWN = "The ciphertext refers to a customer master key that does not exist, does not"
        + " exist in this region, or you are not allowed to access.";

    private final Kms kms = Kms.at(endpoint);
    private final DynamoDbStreams streams = DynamoDbStreams.at(endpoint);
    private String key;

    @BeforeEach
    void makeKey() {
        gate = keys;
        key = keys.key();
    }

    private DynamoDb.TableDescription make(Caller caller, String keyId) {
        return dynamoDb.createTable(caller, DynamoDb.CreateTableRequest.of(r -> r.tableName(TABLE)
            .billingMode("PAY_PER_REQUEST").keySchema(List.of(hash("a")))
            .attributeDefinitions(List.of(attribute("a", "S"))).sseSpecification(under(keyId)))).tableDescription();
    }

    private static SSESpecification under(String keyId) {
        return new SSESpecification(true, "KMS", keyId);
    }

    private DynamoDb.TableDescription update(SSESpecification wanted) {
        return dynamoDb.updateTable(CALLER, DynamoDb.UpdateTableRequest.of(
            r -> r.tableName(TABLE).sseSpecification(wanted))).tableDescription();
    }

    private DynamoDb.TableDescription describe(Caller caller) {
        return dynamoDb.describeTable(caller, DynamoDb.DescribeTableRequest.of(r -> r.tableName(TABLE))).table();
    }

    private void put(Caller caller) {
        dynamoDb.putItem(caller, DynamoDb.PutItemRequest.of(r -> r.tableName(TABLE).item(item("a", s("x")))));
    }

    private List<Kms.GrantListEntry> grants(String ofKey) {
        return kms.listGrants(CALLER, Kms.ListGrantsRequest.of(r -> r.keyId(ofKey))).grants();
    }

    private void pass(Duration duration) {
        time.advance(duration);
    }

    /** What the client of KMS says that DynamoDB has. */
    private static void told(String code, String kind, String type, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ApiError.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.getMessage()).startsWith(kind + ": com.amazonaws.services.kms.model." + type + ": " + message
                + " (Service: AWSKMS; Status Code: 400; Error Code: ").endsWith("; Proxy: null)");
        });
    }

    private void isDisabled(ThrowingCallable call) {
        told("ValidationException", "KMS key disabled error", "DisabledException", key + " is disabled.", call);
    }

    @Nested
    class Chosen {
        @Test
        void byAnyOfItsNamesItIsToldByItsArn() {
            keys.name("alias/mine", key);
            assertThat(make(CALLER, "alias/mine").tableStatus()).isEqualTo("CREATING");
            var told = describe(CALLER).sseDescription();
            assertThat(told.status()).isEqualTo("ENABLED");
            assertThat(told.sseType()).isEqualTo("KMS");
            assertThat(told.kmsMasterKeyArn()).isEqualTo(key);
            refused("One or more parameter values were invalid: Table is already encrypted with given KMSMasterKeyId. "
                + "Use KMSMasterKeyId parameter if you want to change Master Key", () -> update(under(key)));
            update(under("alias/mine"));
        }

        @Test
        void dynamoDbGetsAGrantThatEndsWithTheTable() {
            make(CALLER, key);
            var grant = grants(key).getFirst();
            assertThat(grant.granteePrincipal()).isEqualTo("dynamodb.us-east-1.amazonaws.com");
            assertThat(grant.operations()).containsExactlyInAnyOrder("Decrypt", "Encrypt", "GenerateDataKey",
                "ReEncryptFrom", "ReEncryptTo", "RetireGrant", "DescribeKey");
            assertThat(grant.constraints().encryptionContextSubset()).isEqualTo(
                Map.of("aws:dynamodb:tableName", TABLE, "aws:dynamodb:subscriberId", "123456789012"));
            dynamoDb.deleteTable(CALLER, DynamoDb.DeleteTableRequest.of(r -> r.tableName(TABLE)));
            time.settle();
            assertThat(grants(key)).isEmpty();
        }

        @Test
        void whileItIsChangedTheOldOneIsTold() {
            make(CALLER, key);
            var other = keys.key();
            var changing = update(under(other));
            assertThat(changing.tableStatus()).isEqualTo("ACTIVE");
            assertThat(changing.sseDescription().status()).isEqualTo("UPDATING");
            assertThat(changing.sseDescription().kmsMasterKeyArn()).isEqualTo(key);
            assertThat(describe(CALLER).sseDescription().kmsMasterKeyArn()).isEqualTo(other);
            time.settle();
            assertThat(grants(key)).isEmpty();
            update(new SSESpecification(false, null, null));
            assertThat(describe(CALLER).sseDescription()).isNull();
        }

        @Test
        void itIsChangedFourTimesADayAndThenOnceInSixHours() {
            make(CALLER, key);
            var others = List.of(keys.key(), key);
            for (int change = 0; change < 4; change++) {
                update(under(others.get(change % 2)));
                time.settle();
            }
            var end = describe(CALLER).creationDateTime().plus(Duration.ofHours(24));
            refused("LimitExceededException", "Subscriber limit exceeded: Encryption mode changes are limited in the "
                + "24h window ending at " + end + ". After the first 4 change, each subsequent change in the same "
                + "window can be performed at most once every 21600 seconds. Number of updates today: 4",
                () -> update(under(others.getFirst())));
            update(new SSESpecification(false, null, null));
            pass(Duration.ofHours(6));
            update(under(key));
            assertThatThrownBy(() -> update(under(others.getFirst())))
                .hasMessageEndingWith("Number of updates today: 6");
            pass(Duration.ofHours(18));
            update(under(others.getFirst()));
        }

        @Test
        void oneThatCannotBeUsedIsToldAtOnceAndNoTableIsMade() {
            keys.disable(key);
            isDisabled(() -> make(CALLER, key));
            keys.end(key);
            told("ValidationException", "KMS validation error", "KMSInvalidStateException",
                key + " is pending deletion.", () -> make(CALLER, key));
            told("ValidationException", "KMS validation error", "NotFoundException",
                "Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found.", () -> make(CALLER, "alias/none"));
            var rsa = kms.createKey(CALLER, Kms.CreateKeyRequest.of(
                r -> r.keySpec("RSA_2048").keyUsage("ENCRYPT_DECRYPT")));
            told("InternalServerError", "KMS internal error", "AWSKMSException",
                "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key.",
                () -> make(CALLER, rsa.keyMetadata().arn()));
            assertThat(dynamoDb.listTables(CALLER, DynamoDb.ListTablesRequest.of(_ -> { })).tableNames())
                .doesNotContain(TABLE);
        }

        @Test
        void whoChoosesItMayGrantItsUse() {
            told("AccessDeniedException", "KMS key access denied error", "AWSKMSException",
                "User: arn:aws:iam::123456789012:user/u is not authorized to perform: kms:CreateGrant on resource: "
                + key + " because no identity-based policy allows the kms:CreateGrant action",
                () -> make(keys.user("u", "dynamodb:*", "kms:DescribeKey"), key));
            make(keys.user("u", ALL), key);
        }

        @Test
        void aRestoredTableHasThatOfItsSourceOrAnother() {
            make(CALLER, key);
            var backup = dynamoDb.createBackup(CALLER, DynamoDb.CreateBackupRequest.of(
                r -> r.tableName(TABLE).backupName("backup"))).backupDetails().backupArn();
            time.settle();
            restore(backup, "same", null);
            assertThat(keyOf("same")).isEqualTo(key);
            var other = keys.key();
            restore(backup, "other", under(other));
            assertThat(keyOf("other")).isEqualTo(other);
            keys.disable(key);
            isDisabled(() -> restore(backup, "again", null));
        }

        private void restore(String backup, String name, SSESpecification wanted) {
            dynamoDb.restoreTableFromBackup(CALLER, DynamoDb.RestoreTableFromBackupRequest.of(
                r -> r.backupArn(backup).targetTableName(name).sseSpecificationOverride(wanted)));
        }

        private String keyOf(String table) {
            return dynamoDb.describeTable(CALLER, DynamoDb.DescribeTableRequest.of(r -> r.tableName(table))).table()
                .sseDescription().kmsMasterKeyArn();
        }
    }

    @Nested
    class Used {
        @Test
        void whoReadsOrWritesMayDecrypt() {
            make(CALLER, key);
            var none = keys.user("none", "dynamodb:*");
            for (var call : List.<ThrowingCallable>of(() -> put(none),
                    () -> dynamoDb.scan(none, DynamoDb.ScanRequest.of(r -> r.tableName(TABLE))),
                    () -> dynamoDb.batchGetItem(none, DynamoDb.BatchGetItemRequest.of(r -> r.requestItems(Map.of(TABLE,
                        DynamoDb.KeysAndAttributes.of(k -> k.keys(List.of(item("a", s("x"))))))))),
                    () -> dynamoDb.executeStatement(none, DynamoDb.ExecuteStatementRequest.of(
                        r -> r.statement("SELECT * FROM " + TABLE))))) {
                told("AccessDeniedException", "KMS key access denied error", "AWSKMSException", UNKNOWN, call);
            }
            describe(none);
            refused("Table name should be within the length [3, 255] and only contain 'a-z', 'A-Z', '0-9', '-', '_', "
                + "'.'.", () -> dynamoDb.executeStatement(CALLER, DynamoDb.ExecuteStatementRequest.of(
                    r -> r.statement("SELECT * FROM \"a!b\""))));
            dynamoDb.putItem(none, DynamoDb.PutItemRequest.of(r -> r.tableName(HASH).item(item("a", s("x")))));
            put(keys.user("some", "dynamodb:*", "kms:Decrypt"));
        }

        @Test
        void theAccountsOwnKeyIsForAllInTheAccount() {
            make(keys.user("u", "dynamodb:*"), null);
            put(keys.user("u", "dynamodb:*"));
        }

        @Test
        void kmsIsAskedEveryFiveMinutes() {
            make(CALLER, key);
            put(CALLER);
            keys.asked();
            put(CALLER);
            assertThat(keys.asked()).isEmpty();
            pass(Duration.ofMinutes(5));
            keys.asked();
            put(CALLER);
            assertThat(keys.asked()).containsExactly("Decrypt by " + CALLER.principal().arn());
        }
    }

    @Nested
    class Inaccessible {
        @Test
        void aTableWhoseKeyWasNoGoodForAWeekIsArchived() {
            make(CALLER, key);
            put(CALLER);
            keys.disable(key);
            pass(Duration.ofMinutes(5));
            pass(Duration.ofDays(7));
            var told = describe(CALLER);
            assertThat(told.tableStatus()).isEqualTo("ARCHIVED");
            var summary = told.archivalSummary();
            assertThat(summary.archivalReason()).isEqualTo("INACCESSIBLE_ENCRYPTION_CREDENTIALS");
            assertThat(summary.archivalDateTime()).isBeforeOrEqualTo(time.instant());
            kms.enableKey(CALLER, new Kms.EnableKeyRequest(key));
            pass(Duration.ofMinutes(5));
            refused("ResourceNotFoundException", "Requested resource not found", () -> put(CALLER));
            assertThat(describe(CALLER).tableStatus()).isEqualTo("ARCHIVED");
            dynamoDb.deleteTable(CALLER, DynamoDb.DeleteTableRequest.of(r -> r.tableName(TABLE)));
            dynamoDb.restoreTableFromBackup(CALLER, DynamoDb.RestoreTableFromBackupRequest.of(
                r -> r.backupArn(summary.archivalBackupArn()).targetTableName(TABLE)));
            time.settle();
            assertThat(get(TABLE, item("a", s("x")))).isEqualTo(item("a", s("x")));
        }

        @Test
        void theStreamIsNotRead() {
            var arn = dynamoDb.createTable(CALLER, DynamoDb.CreateTableRequest.of(r -> r.tableName(TABLE)
                .billingMode("PAY_PER_REQUEST").keySchema(List.of(hash("a")))
                .attributeDefinitions(List.of(attribute("a", "S"))).sseSpecification(under(key))
                .streamSpecification(new DynamoDb.StreamSpecification(true, "KEYS_ONLY")))).tableDescription()
                .latestStreamArn();
            put(CALLER);
            var shard = streams.describeStream(CALLER, DynamoDbStreams.DescribeStreamRequest.of(r -> r.streamArn(arn)))
                .streamDescription().shards().getFirst().shardId();
            var iterator = streams.getShardIterator(CALLER, DynamoDbStreams.GetShardIteratorRequest.of(r -> r
                .streamArn(arn).shardId(shard).shardIteratorType("TRIM_HORIZON"))).shardIterator();
            var next = DynamoDbStreams.GetRecordsRequest.of(r -> r.shardIterator(iterator));
            assertThat(streams.getRecords(CALLER, next).records()).hasSize(1);
            keys.disable(key);
            pass(Duration.ofMinutes(5));
            isDisabled(() -> streams.getRecords(CALLER, next));
            kms.enableKey(CALLER, new Kms.EnableKeyRequest(key));
            pass(Duration.ofMinutes(5));
            assertThat(streams.getRecords(CALLER, next).records()).hasSize(1);
        }

        @Test
        void theTableSaysSoRefusesItemsAndComesBack() {
            make(CALLER, key);
            put(CALLER);
            keys.disable(key);
            put(CALLER);
            pass(Duration.ofMinutes(5));
            isDisabled(() -> put(CALLER));
            var told = describe(CALLER);
            assertThat(told.tableStatus()).isEqualTo("INACCESSIBLE_ENCRYPTION_CREDENTIALS");
            assertThat(told.sseDescription().status()).isEqualTo("ENABLED");
            assertThat(told.sseDescription().inaccessibleEncryptionDateTime()).isBefore(time.instant());
            isDisabled(() -> update(under(keys.key())));
            isDisabled(() -> dynamoDb.createBackup(CALLER, DynamoDb.CreateBackupRequest.of(
                r -> r.tableName(TABLE).backupName("backup"))));
            dynamoDb.updateTable(CALLER, DynamoDb.UpdateTableRequest.of(
                r -> r.tableName(TABLE).deletionProtectionEnabled(true)));
            keys.enable(key);
            put(CALLER);
            pass(Duration.ofMinutes(1));
            assertThat(describe(CALLER).tableStatus()).isEqualTo("ACTIVE");
            assertThat(describe(CALLER).sseDescription().inaccessibleEncryptionDateTime()).isNull();
        }

        @Test
        void aKeyThatIsToBeDeletedIsNoGoodUntilItIsEnabledAgain() {
            make(CALLER, key);
            keys.end(key);
            pass(Duration.ofMinutes(5));
            assertThat(describe(CALLER).tableStatus()).isEqualTo("INACCESSIBLE_ENCRYPTION_CREDENTIALS");
            told("ValidationException", "KMS validation error", "KMSInvalidStateException",
                key + " is pending deletion.", () -> put(CALLER));
            keys.keep(key);
            pass(Duration.ofMinutes(1));
            assertThat(describe(CALLER).tableStatus()).isEqualTo("ACTIVE");
        }

        @Test
        void withoutItsGrantTooAndAnotherKeyMendsIt() {
            make(CALLER, key);
            var grant = grants(key).getFirst().grantId();
            kms.revokeGrant(CALLER, Kms.RevokeGrantRequest.of(r -> r.keyId(key).grantId(grant)));
            pass(Duration.ofMinutes(1));
            assertThat(describe(CALLER).tableStatus()).isEqualTo("INACCESSIBLE_ENCRYPTION_CREDENTIALS");
            update(under(keys.key()));
            assertThat(describe(CALLER).tableStatus()).isEqualTo("ACTIVE");
        }
    }

    @Nested
    class InOtherRegions {
        private final Caller west = CALLER.in("123456789012", "eu-west-1");

        private String westKey() {
            return kms.createKey(west, Kms.CreateKeyRequest.of(_ -> { })).keyMetadata().arn();
        }

        private void replicate(String keyId) {
            dynamoDb.updateTable(CALLER, DynamoDb.UpdateTableRequest.of(r -> r.tableName(TABLE).replicaUpdates(List.of(
                DynamoDb.ReplicationGroupUpdate.of(u -> u.create(DynamoDb.CreateReplicationGroupMemberAction.of(
                    a -> a.regionName("eu-west-1").kmsMasterKeyId(keyId))))))));
            time.settle();
        }

        @Test
        void eachHasAKeyOfItsOwn() {
            make(CALLER, key);
            var own = westKey();
            refused("One or more parameter values were invalid: KMSMasterKeyId must be specified for each replica.",
                () -> replicate(null));
            refused("One or more parameter values were invalid: All replica keys must either be Customer Managed CMK "
                + "or AWS Managed CMK.", () -> replicate("alias/aws/dynamodb"));
            told("ValidationException", "KMS validation error for region eu-west-1", "NotFoundException",
                "Invalid arn us-east-1", () -> replicate(key));
            replicate(own.substring(own.indexOf('/') + 1));
            assertThat(describe(CALLER).replicas().getFirst().kmsMasterKeyId()).isEqualTo(own);
            assertThat(describe(west).sseDescription().kmsMasterKeyArn()).isEqualTo(own);
            kms.disableKey(west, Kms.DisableKeyRequest.of(r -> r.keyId(own)));
            pass(Duration.ofMinutes(5));
            assertThat(describe(CALLER).tableStatus()).isEqualTo("ACTIVE");
            assertThat(describe(CALLER).replicas().getFirst().replicaStatus())
                .isEqualTo("INACCESSIBLE_ENCRYPTION_CREDENTIALS");
            put(CALLER);
            assertThatThrownBy(() -> put(west)).hasMessageStartingWith("KMS key disabled error: ");
        }

        @Test
        void aRegionWhoseKeyWasNoGoodForTwentyHoursIsNoPartOfTheGlobalTableAnyMore() {
            make(CALLER, key);
            var own = westKey();
            replicate(own);
            kms.disableKey(west, Kms.DisableKeyRequest.of(r -> r.keyId(own)));
            pass(Duration.ofMinutes(5));
            pass(Duration.ofHours(19));
            assertThat(describe(CALLER).replicas()).hasSize(1);
            pass(Duration.ofHours(1));
            assertThat(describe(CALLER).replicas()).isNull();
            put(CALLER);
            kms.enableKey(west, new Kms.EnableKeyRequest(own));
            pass(Duration.ofMinutes(5));
            assertThat(describe(west).tableStatus()).isEqualTo("ACTIVE");
            assertThat(describe(west).replicas()).isNull();
            assertThat(dynamoDb.getItem(west, DynamoDb.GetItemRequest.of(r -> r.tableName(TABLE)
                .key(item("a", s("x"))))).item()).isNull();
        }

        @Test
        void theAccountsOwnKeyIsAnotherInEachRegion() {
            make(CALLER, null);
            replicate(null);
            assertThat(describe(west).sseDescription().kmsMasterKeyArn()).startsWith("arn:aws:kms:eu-west-1:");
        }
    }

    @Test
    void aTemplateNamesIt() {
        var type = service.resourceTypes().stream().filter(it -> it.type().equals("AWS::DynamoDB::Table")).findFirst()
            .orElseThrow();
        var other = keys.key();
        var made = type.create(CALLER, desired(key)).physicalId();
        assertThat(describe(CALLER).sseDescription().kmsMasterKeyArn()).isEqualTo(key);
        type.update(CALLER, made, desired(key), desired(other));
        assertThat(describe(CALLER).sseDescription().kmsMasterKeyArn()).isEqualTo(other);
    }

    private static Desired desired(String keyId) {
        return new Desired("stack-id", "stack", "Table", "token", Map.of("TableName", TABLE,
            "BillingMode", "PAY_PER_REQUEST", "KeySchema", List.of(Map.of("AttributeName", "a", "KeyType", "HASH")),
            "AttributeDefinitions", List.of(Map.of("AttributeName", "a", "AttributeType", "S")),
            "SSESpecification", Map.of("SSEEnabled", true, "SSEType", "KMS", "KMSMasterKeyId", keyId)), Map.of());
    }
}
