package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.CreateBackupRequest;
import dev.aloft.api.DynamoDb.DeleteBackupRequest;
import dev.aloft.api.DynamoDb.DeleteItemRequest;
import dev.aloft.api.DynamoDb.DeleteTableRequest;
import dev.aloft.api.DynamoDb.DescribeBackupRequest;
import dev.aloft.api.DynamoDb.DescribeContinuousBackupsRequest;
import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.ListBackupsRequest;
import dev.aloft.api.DynamoDb.PointInTimeRecoverySpecification;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.RestoreTableFromBackupRequest;
import dev.aloft.api.DynamoDb.RestoreTableToPointInTimeRequest;
import dev.aloft.api.DynamoDb.TableDescription;
import dev.aloft.api.DynamoDb.UpdateContinuousBackupsRequest;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BackupsTest extends DynamoDbFixture {
    private static final String NAME = "precious";

    @BeforeEach
    void precious() {
        create(NAME, r -> r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("a", "S"),
            attribute("v", "N")))
            .globalSecondaryIndexes(List.of(GlobalSecondaryIndex.of(i -> i.indexName("by-v")
                .keySchema(List.of(hash("v"))).projection(new Projection("KEYS_ONLY", null))))));
    }

    private void set(int key, int value) {
        put(NAME, item("a", s("k" + key), "v", n(value)));
    }

    private void remove(int key) {
        dynamoDb.deleteItem(CALLER, DeleteItemRequest.of(r -> r.tableName(NAME).key(item("a", s("k" + key)))));
    }

    private Map<String, String> all(String table) {
        var all = new TreeMap<String, String>();
        scanAll(table, r -> { }).forEach(item ->
            all.put(((AttributeValue.S) item.get("a")).value(), ((AttributeValue.N) item.get("v")).value()));
        return all;
    }

    private TableDescription describe(String name) {
        return dynamoDb.describeTable(CALLER, DescribeTableRequest.of(r -> r.tableName(name))).table();
    }

    private String backUp() {
        return dynamoDb.createBackup(CALLER, new CreateBackupRequest(NAME, "nightly")).backupDetails().backupArn();
    }

    private void recover(boolean enabled) {
        dynamoDb.updateContinuousBackups(CALLER, new UpdateContinuousBackupsRequest(NAME,
            new PointInTimeRecoverySpecification(enabled, null)));
    }

    private void restoreTo(String target, Instant moment) {
        dynamoDb.restoreTableToPointInTime(CALLER, RestoreTableToPointInTimeRequest.of(r -> r.sourceTableName(NAME)
            .targetTableName(target).restoreDateTime(moment).useLatestRestorableTime(moment == null ? true : null)));
    }

    private long kept(String space) {
        return store.in("dynamodb").<Long>read(tx -> tx.range(Range.of(Key.of(space))).count());
    }

    @Nested
    class ABackup {
        @Test
        void isTheTableAsItWasWhateverIsWrittenMeanwhile() {
            for (int i = 0; i < 250; i++) {
                set(i, i);
            }
            var before = all(NAME);
            var arn = backUp();
            // Nobody has copied anything yet.
            set(1, 1000);
            remove(2);
            set(777, 1);
            time.settle();
            var described = dynamoDb.describeBackup(CALLER, new DescribeBackupRequest(arn)).backupDescription();
            assertThat(described.backupDetails().backupStatus()).isEqualTo("AVAILABLE");
            assertThat(described.sourceTableDetails().itemCount()).isEqualTo(250);
            assertThat(described.sourceTableFeatureDetails().globalSecondaryIndexes()).hasSize(1);
            dynamoDb.restoreTableFromBackup(CALLER, RestoreTableFromBackupRequest.of(r -> r.backupArn(arn)
                .targetTableName("again")));
            assertThat(describe("again").tableStatus()).isEqualTo("CREATING");
            assertThat(describe("again").restoreSummary().restoreInProgress()).isTrue();
            refused("ResourceNotFoundException", "Requested resource not found",
                () -> get("again", item("a", s("k1"))));
            time.settle();
            assertThat(describe("again").tableStatus()).isEqualTo("ACTIVE");
            assertThat(all("again")).isEqualTo(before);
            assertThat(scanAll("again", r -> r.indexName("by-v"))).hasSize(250);
            time.advance(Duration.ofMinutes(10));
            assertThat(kept("history")).isZero();
        }

        @Test
        void isListedAndDeleted() {
            set(1, 1);
            var arn = backUp();
            time.settle();
            time.advance(Duration.ofSeconds(1));
            var other = backUp();
            time.settle();
            var page = dynamoDb.listBackups(CALLER, ListBackupsRequest.of(r -> r.tableName(NAME).limit(1)));
            assertThat(page.backupSummaries()).extracting(one -> one.backupArn()).containsExactly(arn);
            assertThat(dynamoDb.listBackups(CALLER, ListBackupsRequest.of(r ->
                r.exclusiveStartBackupArn(page.lastEvaluatedBackupArn())))
                .backupSummaries()).extracting(one -> one.backupArn()).containsExactly(other);
            assertThat(dynamoDb.deleteBackup(CALLER, new DeleteBackupRequest(arn)).backupDescription().backupDetails()
                .backupStatus()).isEqualTo("DELETED");
            refused("BackupNotFoundException", "Backup not found: " + arn, () ->
                dynamoDb.describeBackup(CALLER, new DescribeBackupRequest(arn)));
            dynamoDb.deleteBackup(CALLER, new DeleteBackupRequest(other));
            time.settle();
            assertThat(kept("copies")).isZero();
            refused("Invalid Backup ARN", () -> dynamoDb.describeBackup(CALLER,
                new DescribeBackupRequest("arn:aws:dynamodb:us-east-1:123456789012:table/precious")));
        }

        @Test
        void ofATableThatIsNotIsRefused() {
            refused("TableNotFoundException", "Table not found: nothing", () ->
                dynamoDb.createBackup(CALLER, new CreateBackupRequest("nothing", "nightly")));
        }
    }

    @Nested
    class Recovery {
        @Test
        void restoresAnySecond() {
            recover(true);
            var states = new TreeMap<Instant, Map<String, String>>();
            for (int second = 0; second < 20; second++) {
                for (int i = 0; i < 8; i++) {
                    set((second * 3 + i) % 13, second);
                }
                remove(second % 5);
                states.put(time.instant(), all(NAME));
                time.advance(Duration.ofSeconds(1));
            }
            for (var moment : List.of(0, 7, 19)) {
                var at = List.copyOf(states.keySet()).get(moment);
                restoreTo("at-" + moment, at);
                time.settle();
                assertThat(all("at-" + moment)).as("" + moment).isEqualTo(states.get(at));
            }
            restoreTo("latest", null);
            set(1, 12345);
            time.settle();
            assertThat(all("latest")).isEqualTo(states.lastEntry().getValue());
        }

        @Test
        void reachesBack35Days() {
            recover(true);
            set(1, 1);
            var first = time.instant();
            time.advance(Duration.ofDays(30));
            set(1, 2);
            restoreTo("old", first);
            time.settle();
            assertThat(all("old")).containsEntry("k1", "1");
            time.advance(Duration.ofDays(6));
            refused("InvalidRestoreTimeException",
                "The specified restoreDateTime value must be between EarliestRestorableDateTime and "
                + "LatestRestorableDateTime.", () -> restoreTo("older", first));
            var described = dynamoDb.describeContinuousBackups(CALLER, new DescribeContinuousBackupsRequest(NAME))
                .continuousBackupsDescription().pointInTimeRecoveryDescription();
            assertThat(described.earliestRestorableDateTime()).isEqualTo(time.instant().minus(Duration.ofDays(35)));
            assertThat(described.recoveryPeriodInDays()).isEqualTo(35);
            time.advance(Duration.ofDays(36));
            assertThat(kept("moments")).isZero();
        }

        @Test
        void isRefusedWhereItIsNotEnabled() {
            refused("PointInTimeRecoveryUnavailableException",
                "Point in time recovery is not enabled for table 'precious'", () ->
                restoreTo("never", null));
            recover(true);
            recover(false);
            refused("PointInTimeRecoveryUnavailableException",
                "Point in time recovery is not enabled for table 'precious'", () ->
                restoreTo("never", null));
        }

        @Test
        void leavesABackupOfADeletedTable() {
            recover(true);
            set(1, 1);
            dynamoDb.deleteTable(CALLER, DeleteTableRequest.of(r -> r.tableName(NAME)));
            time.settle();
            var backup = dynamoDb.listBackups(CALLER, ListBackupsRequest.of(r -> r.backupType("SYSTEM")))
                .backupSummaries().getFirst();
            assertThat(backup.backupName()).isEqualTo("precious$DeletedTableBackup");
            dynamoDb.restoreTableFromBackup(CALLER, RestoreTableFromBackupRequest.of(r ->
                r.backupArn(backup.backupArn()).targetTableName(NAME)));
            time.settle();
            assertThat(all(NAME)).containsExactly(Map.entry("k1", "1"));
            time.advance(Duration.ofDays(36));
            assertThat(dynamoDb.listBackups(CALLER, ListBackupsRequest.of(r -> r.backupType("ALL"))).backupSummaries())
                .isEmpty();
            assertThat(kept("items")).isEqualTo(1);
        }
    }
}
