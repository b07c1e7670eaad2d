package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aloft.api.DynamoDb.AttributeValue;
import dev.aloft.api.DynamoDb.BatchExecuteStatementRequest;
import dev.aloft.api.DynamoDb.BatchStatementRequest;
import dev.aloft.api.DynamoDb.BatchStatementResponse;
import dev.aloft.api.DynamoDb.ExecuteStatementRequest;
import dev.aloft.api.DynamoDb.ExecuteStatementResponse;
import dev.aloft.api.DynamoDb.ExecuteTransactionRequest;
import dev.aloft.api.DynamoDb.ExecuteTransactionResponse;
import dev.aloft.api.DynamoDb.GlobalSecondaryIndex;
import dev.aloft.api.DynamoDb.ParameterizedStatement;
import dev.aloft.api.DynamoDb.Projection;
import dev.aloft.api.DynamoDb.TransactionCanceledException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PartiQlTest extends DynamoDbFixture {
    private static final String MALFORMED = "Statement wasn't well formed, can't be processed: ";

    @BeforeEach
    void music() {
        create("Music", r -> r.keySchema(List.of(hash("artist"), range("year")))
            .attributeDefinitions(List.of(attribute("artist", "S"), attribute("year", "N"), attribute("genre", "S")))
            .globalSecondaryIndexes(List.of(GlobalSecondaryIndex.of(i -> i.indexName("by-genre")
                .keySchema(List.of(hash("genre"))).projection(new Projection("KEYS_ONLY", null))))));
        for (int year = 1; year <= 5; year++) {
            run("INSERT INTO Music VALUE {'artist': 'Acme', 'year': ?, 'genre': 'rock', 'tags': <<'a', 'b'>>, 'l': "
                + "[1, 'two', " + "{'three': true}], 'm': {'deep': {'er': null}}, 'n': -1.5e2}", n(year));
        }
        run("INSERT INTO Music VALUE {'artist': 'Other', 'year': 1, 'genre': 'jazz'}");
    }

    private ExecuteStatementResponse run(String statement, AttributeValue... parameters) {
        return execute(r -> r.statement(statement).parameters(parameters.length == 0 ? null : List.of(parameters)));
    }

    private ExecuteStatementResponse execute(Consumer<ExecuteStatementRequest.Builder> with) {
        return dynamoDb.executeStatement(CALLER, ExecuteStatementRequest.of(with));
    }

    private List<String> years(String statement, AttributeValue... parameters) {
        return run(statement, parameters).items().stream().map(item -> ((AttributeValue.N) item.get("year")).value())
            .toList();
    }

    private void refusedStatement(String message, String statement) {
        refused(message, () -> run(statement));
    }

    @Nested
    class Select {
        @Test
        void readsAPartitionOrTheTable() {
            assertThat(years("SELECT * FROM Music WHERE artist = 'Acme'")).containsExactly("1", "2", "3", "4", "5");
            assertThat(years("select * from \"Music\" where artist = ? and \"year\" between ? and 3", s("Acme"), n(2)))
                .containsExactly("2", "3");
            assertThat(run("SELECT * FROM Music").items()).hasSize(6);
            assertThat(run("SELECT * FROM Music WHERE genre = 'jazz' OR year > 4;").items()).hasSize(2);
            assertThat(years("SELECT * FROM Music WHERE artist IN ['Other', 'Acme'] AND year <= 2"))
                .containsExactly("1", "1", "2");
            assertThat(run("SELECT * FROM Music.\"by-genre\" WHERE genre = 'rock'").items()).hasSize(5);
        }

        @Test
        void sortsByKeys() {
            assertThat(years("SELECT * FROM Music WHERE artist = 'Acme' AND year <> 3 ORDER BY year DESC"))
                .containsExactly("5", "4", "2", "1");
            assertThat(years("SELECT * FROM Music WHERE artist IN ('Acme', 'Other') AND year < 3 ORDER BY artist "
                + "DESC, year DESC")).containsExactly("1", "2", "1");
            refusedStatement("Must have WHERE clause in the statement when using ORDER BY clause.",
                "SELECT * FROM Music ORDER BY year");
            refusedStatement("Must have at least one non-optional hash key condition in WHERE clause when using "
                + "ORDER BY clause.", "SELECT * FROM Music WHERE year = 1 ORDER BY year");
            refusedStatement("Variable reference genre in ORDER BY clause must be part of the primary key",
                "SELECT * FROM Music WHERE artist = 'Acme' ORDER BY genre");
        }

        @Test
        void testsWhatIsThere() {
            var tests = Map.of("attribute_type(tags, 'SS')", 1, "begins_with(genre, 'ro')", 1,
                "NOT begins_with(genre, 'ro')", 0,
                "contains(tags, 'b') AND NOT contains(tags, 'c')", 1, "size(l) = 3", 1, "nothing IS MISSING", 1,
                "genre IS NOT MISSING AND m.deep.er IS NULL", 1, "l[2].three = true AND n = -150", 1,
                "(genre = 'x' OR (genre = 'rock' AND tags = <<'b', 'a'>>))", 1, "genre IS STRING AND n IS NUMERIC", 1);
            tests.forEach((test, count) -> assertThat(run("SELECT * FROM Music WHERE artist = 'Acme' AND year = 1 AND "
                + test).items()).as(test).hasSize(count));
        }

        @Test
        void tellsPartsUnderTheirLastNames() {
            assertThat(run("SELECT genre, m.deep, l[1] FROM Music WHERE artist = 'Acme' AND year = 1").items())
                .containsExactly(item("genre", s("rock"), "deep",
                    new AttributeValue.M(item("er", new AttributeValue.NULL(true))), "_3", s("two")));
        }

        @Test
        void goesOnWithAToken() {
            var found = new ArrayList<Map<String, AttributeValue>>();
            String token = null;
            int pages = 0;
            do {
                var next = token;
                var page = execute(r -> r.statement("SELECT * FROM Music WHERE artist IN ['Acme', 'Other']").limit(2)
                    .nextToken(next));
                found.addAll(page.items());
                token = page.nextToken();
                pages++;
            } while (token != null);
            assertThat(found).hasSize(6).doesNotHaveDuplicates();
            assertThat(pages).isGreaterThan(2);
            var other = execute(r -> r.statement("SELECT * FROM Music").limit(1)).nextToken();
            refused("NextToken does not match request", () ->
                execute(r -> r.statement("SELECT * FROM  Music").nextToken(other)));
            refused("Invalid NextToken", () -> execute(r -> r.statement("SELECT * FROM Music").nextToken("token")));
        }

        @Test
        void readsNumbersAndCommentsOfAllForms() {
            for (var number : List.of("5e0", "50E-1", ".5e+1", "5.0")) {
                assertThat(years("SELECT * FROM Music /* all */ WHERE artist = 'Acme' -- of one\n AND year = "
                    + number)).containsExactly("5");
            }
            for (var number : List.of("1e2147483648", "1.5e-2147483647", "1 # note", "1 /* note")) {
                refusedStatement(MALFORMED, "SELECT * FROM Music WHERE artist = 'Acme' AND year = " + number);
            }
            var overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range "
                + "under ";
            refusedStatement(overflow + "root", "SELECT * FROM Music WHERE year = 1e126");
            refusedStatement(overflow + "root.x", "INSERT INTO Music VALUE {'artist': 'A', 'm': {'x': 1e126}}");
            refusedStatement(overflow + "root[1]", "INSERT INTO Music VALUE {'artist': 'A', 'l': [1, 1e126]}");
        }

        @Test
        void isRefusedForWhatSqlHasAndItHasNot() {
            for (var rest : List.of("FROM Music m WHERE year = 1", "FROM Music AS m", "FROM \"Music\" \"m\"")) {
                refusedStatement("Aliasing is not supported", "SELECT * " + rest);
            }
            refusedStatement("Aliasing is not supported", "SELECT artist AS a FROM Music");
            refusedStatement("Aliasing is not supported", "DELETE FROM Music m WHERE artist = 'Acme' AND year = 1");
            refusedStatement("Unsupported clause: LIMIT at 1:27:1", "SELECT * FROM Music LIMIT 1");
            refusedStatement("Unsupported clause: GROUP BY", "SELECT * FROM Music GROUP BY artist");
            refusedStatement("Unsupported token in expression: DISTINCT", "SELECT DISTINCT artist FROM Music");
            for (var rest : List.of("WHERE year = 1 foo", "WHERE year = 1)", "ORDER BY year WHERE year = 1")) {
                refusedStatement(MALFORMED + "Unexpected token after expression", "SELECT * FROM Music " + rest);
            }
            refusedStatement(MALFORMED + "Unexpected token after expression",
                "INSERT INTO Music m VALUE {'artist': 'A'}");
        }

        @Test
        void isRefusedForConditionsThatCannotHold() {
            refusedStatement("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
                + "lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}",
                "SELECT * FROM Music WHERE n BETWEEN 2 AND 1");
            refusedStatement("Incorrect operand type for operator or function; operator or function: begins_with, "
                + "operand type: N", "SELECT * FROM Music WHERE begins_with(genre, 1)");
            refusedStatement("Invalid attribute type name found; type: X, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}",
                "SELECT * FROM Music WHERE attribute_type(genre, 'X')");
            refusedStatement("Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
                + "allowed: Key: year", "SELECT year[0] FROM Music");
            assertThat(run("SELECT * FROM Music WHERE attribute_exists(tags) = true AND contains(tags, 'z') = false")
                .items()).hasSize(5);
            assertThat(run("SELECT l[1], tags[1] FROM Music WHERE artist = 'Acme'").items()).hasSize(5);
        }

        @Test
        void isRefused() {
            refusedStatement(MALFORMED + "Expected data manipulation", "SLECT * FROM Music");
            refusedStatement("The table does not have the specified index",
                "SELECT * FROM Music.other WHERE genre = 'rock'");
            refused("ResourceNotFoundException", "Requested resource not found", () -> run("SELECT * FROM Nothing"));
            refused("Number of parameters in request and statement don't match.",
                () -> run("SELECT * FROM Music WHERE a = ?"));
            refused("Number of parameters in request and statement don't match.",
                () -> run("SELECT * FROM Music", s("x")));
            refused("Strongly consistent read is not supported on Global Secondary Indexes", () -> execute(r -> r
                .statement("SELECT * FROM Music.\"by-genre\" WHERE genre = 'rock'").consistentRead(true)));
            refusedStatement("Unrecognized function: upper at 1:27:5",
                "SELECT * FROM Music WHERE upper(genre) = 'ROCK'");
            refusedStatement("MISSING must be compared using IS operator", "SELECT * FROM Music WHERE genre = MISSING");
            refusedStatement("Only select from a single table or index is supported.", "SELECT * FROM Music, Other");
            refusedStatement("EXISTS can only be used in ExecuteTransaction write requests.",
                "EXISTS(SELECT * FROM Music WHERE artist = 'Acme' AND year = 1 AND genre = 'rock')");
        }
    }

    @Nested
    class Changes {
        private static final String WHERE = " WHERE artist = 'Acme' AND year = 1";

        private Map<String, AttributeValue> acme() {
            return get("Music", item("artist", s("Acme"), "year", n(1)));
        }

        @Test
        void mayBeginWithTheTable() {
            run("FROM Music WHERE artist = 'Acme' AND year = ? SET n = 7 REMOVE genre", n(1));
            assertThat(acme()).containsEntry("n", n(7)).doesNotContainKey("genre");
            assertThat(run("from Music where artist = 'Acme' and year = 1 set n = 8 RETURNING MODIFIED NEW *").items())
                .containsExactly(item("n", n(8)));
            refused("ConditionalCheckFailedException", "The conditional request failed",
                () -> run("FROM Music WHERE artist = 'Acme' AND year = 1 AND n = 1 SET n = 9"));
            refusedStatement("Where clause does not contain a mandatory equality on all key attributes",
                "FROM Music SET n = 9");
        }

        @Test
        void insertsOnce() {
            refused("DuplicateItemException", "Duplicate primary key exists in table", () ->
                run("INSERT INTO Music VALUE {'artist': 'Acme', 'year': 1}"));
            assertThat(run("INSERT INTO Music VALUE {'artist': 'Acme', 'year': 1} ON CONFLICT DO NOTHING").items())
                .isEmpty();
            refusedStatement("Key attribute should be present in the item: Key year",
                "INSERT INTO Music VALUE {'artist': 'Acme'}");
            refusedStatement("Empty bags are not supported",
                "INSERT INTO Music VALUE {'artist': 'Acme', 'year': 9, 'set': <<>>}");
        }

        @Test
        void updatesOneItemThatIsThere() {
            run("UPDATE Music SET n = n + 50, l = list_append(l, [4]) SET tags = set_add(tags, <<'c'>>) REMOVE "
                + "m.deep SET m.x = 'y'" + WHERE + " AND genre = 'rock'");
            assertThat(acme()).containsEntry("n", n(-100)).containsEntry("m", new AttributeValue.M(item("x", s("y"))))
                .containsEntry("tags", new AttributeValue.SS(List.of("a", "b", "c")));
            run("UPDATE Music SET tags = set_delete(tags, <<'a'>>)" + WHERE);
            assertThat(acme()).containsEntry("tags", new AttributeValue.SS(List.of("b", "c")));
            refused("ConditionalCheckFailedException", "The conditional request failed", () ->
                run("UPDATE Music SET n = 1 WHERE artist = 'Nobody' AND year = 1"));
            refused("ConditionalCheckFailedException", "The conditional request failed", () ->
                run("UPDATE Music SET n = 1" + WHERE + " AND genre = 'pop'"));
            refusedStatement("Where clause does not contain a mandatory equality on all key attributes",
                "UPDATE Music SET n = 1 WHERE artist = 'Acme'");
            refusedStatement("The first argument to SET_ADD must equal the assignment value at 1:22:7",
                "UPDATE Music SET n = set_add(tags, <<'a'>>)" + WHERE);
            refusedStatement("This operation is not supported on an index",
                "UPDATE Music.\"by-genre\" SET n = 1" + WHERE);
        }

        @Test
        void tellsWhatItChanged() {
            assertThat(run("UPDATE Music SET genre = 'pop'" + WHERE + " RETURNING MODIFIED OLD *").items())
                .containsExactly(item("genre", s("rock")));
            assertThat(run("UPDATE Music REMOVE genre" + WHERE + " RETURNING MODIFIED NEW *").items()).isEmpty();
            assertThat(run("UPDATE Music SET genre = 'folk'" + WHERE + " RETURNING ALL NEW *").items().getFirst())
                .containsEntry("genre", s("folk")).containsKey("tags");
            assertThat(run("DELETE FROM Music" + WHERE + " RETURNING ALL OLD *").items()).hasSize(1);
            assertThat(run("DELETE FROM Music" + WHERE + " RETURNING ALL OLD *").items()).isEmpty();
            refusedStatement("Invalid returning clause: RETURNING MODIFIED OLD *. Only RETURNING ALL OLD * is "
                + "allowed in DELETE " + "statements.", "DELETE FROM Music" + WHERE + " RETURNING MODIFIED OLD *");
        }

        @Test
        void deletesWhereTheConditionHolds() {
            refused("ConditionalCheckFailedException", "The conditional request failed", () ->
                run("DELETE FROM Music" + WHERE + " AND genre = 'pop'"));
            run("DELETE FROM Music" + WHERE + " AND genre = 'rock'");
            run("DELETE FROM Music" + WHERE + " AND genre = 'rock'");
            assertThat(acme()).isNull();
        }
    }

    @Nested
    class Together {
        private List<BatchStatementResponse> batch(String... statements) {
            return dynamoDb.batchExecuteStatement(CALLER, BatchExecuteStatementRequest.of(r ->
                r.statements(Stream.of(statements)
                .map(text -> BatchStatementRequest.of(b -> b.statement(text))).toList()))).responses();
        }

        private ExecuteTransactionResponse transact(String... statements) {
            return dynamoDb.executeTransaction(CALLER, ExecuteTransactionRequest.of(r ->
                r.transactStatements(Stream.of(statements)
                .map(text -> ParameterizedStatement.of(b -> b.statement(text))).toList())));
        }

        @Test
        void aBatchGoesOnWhereAStatementFails() {
            var responses = batch("SELECT genre FROM Music WHERE artist = 'Acme' AND year = 1",
                "SELECT * FROM Music WHERE artist = 'Acme'", "SELECT * FROM Nothing WHERE a = 1", "NONSENSE");
            assertThat(responses.getFirst().item()).isEqualTo(item("genre", s("rock")));
            assertThat(responses.subList(1, 4)).extracting(one -> one.error().code())
                .containsExactly("ValidationError", "ResourceNotFound", "ValidationError");
            assertThat(responses.get(1).error().message())
                .isEqualTo("Select statements within BatchExecuteStatement must specify the primary key in the "
                    + "where clause.");
            assertThat(batch("INSERT INTO Music VALUE {'artist': 'Acme', 'year': 1}",
                "INSERT INTO Music VALUE {'artist': 'New', "
                + "'year': 1}").getFirst().error().code()).isEqualTo("DuplicateItem");
            assertThat(run("SELECT * FROM Music WHERE artist = 'New'").items()).hasSize(1);
            assertThat(batch("DELETE FROM \"a!b\" WHERE a = 1", "DELETE FROM Music WHERE artist = 'New' AND year = 1")
                .getFirst().error().message()).startsWith("Table name should be within the length [3, 255]");
            assertThat(run("SELECT * FROM Music WHERE artist = 'New'").items()).isEmpty();
        }

        /** As it was measured of AWS in August 2026. */
        @Test
        void aBatchReadsOrWritesAndNamesAnItemOnce() {
            refused("Read and write requests together in the same batch is not supported.", () -> batch(
                "SELECT * FROM Music WHERE artist = 'Acme' AND year = 1",
                "DELETE FROM Music WHERE artist = 'x' AND year = 1"));
            refused("Provided list of item keys contains duplicates", () -> batch(
                "SELECT * FROM Music WHERE artist = 'Acme' AND year = 1",
                "SELECT genre FROM Music WHERE year = 1 AND artist = 'Acme'"));
            var responses = batch("SELECT * FROM Music", "SELECT * FROM Music WHERE artist = 'none' AND year = 1");
            assertThat(responses).extracting(BatchStatementResponse::tableName).containsExactly(null, "Music");
            var failed = batch("UPDATE Music SET genre = 'x' WHERE artist = 'none' AND year = 1").getFirst();
            assertThat(failed.error().code()).isEqualTo("ConditionalCheckFailed");
            assertThat(failed.tableName()).isEqualTo("Music");
        }

        @Test
        void anAttemptThatFailsIsInTheSumOfATableOfWhichSomethingSucceeded() {
            var large = "INSERT INTO Music VALUE {'artist': 'Acme', 'year': 1, 'text': '" + "x".repeat(2500) + "'}";
            var told = dynamoDb.batchExecuteStatement(CALLER, BatchExecuteStatementRequest.of(r ->
                r.returnConsumedCapacity("INDEXES").statements(Stream.of(large,
                    "INSERT INTO Music VALUE {'artist': 'New', 'year': 1}")
                    .map(text -> BatchStatementRequest.of(b -> b.statement(text))).toList()))).consumedCapacity();
            assertThat(told.getFirst().capacityUnits()).isEqualTo(told.getFirst().table().capacityUnits() + 3);
            assertThat(dynamoDb.batchExecuteStatement(CALLER, BatchExecuteStatementRequest.of(r ->
                r.returnConsumedCapacity("TOTAL").statements(List.of(BatchStatementRequest.of(b ->
                    b.statement(large)))))).consumedCapacity()).isNull();
        }

        @Test
        void aTransactionHasNoReturningAndReadsNoIndexes() {
            refused("Validation failed in TransactStatements[0]: RETURNING clause is not supported in "
                + "ExecuteTransaction.",
                () -> transact("UPDATE Music SET genre = 'x' WHERE artist = 'Acme' AND year = 1 RETURNING ALL NEW *"));
            refused("Validation failed in TransactStatements[0]: Reads on indices are not supported within "
                + "transactions.", () -> transact("SELECT * FROM Music.any WHERE artist = 'Acme' AND year = 1"));
            refused("ExecuteTransaction API does not support both read and write operations in the same request.",
                () -> transact("SELECT * FROM Music WHERE artist = 'Acme' AND year = 1",
                    "DELETE FROM Music WHERE artist = 'x' AND year = 1"));
        }

        @Test
        void whatHasNoOrderIsNotCompared() {
            refused("Incorrect operand type for operator or function; operator or function: <, operand type: L",
                () -> run("SELECT * FROM Nothing WHERE a < [1]"));
            refused("Incorrect operand type for operator or function; operator or function: BETWEEN, operand type: M",
                () -> run("SELECT * FROM Nothing WHERE a BETWEEN 1 AND {'b': 1}"));
        }

        @Test
        void aTransactionIsCarriedOutAsAWhole() {
            var failure = catchThrowableOfType(TransactionCanceledException.class, () -> transact(
                "UPDATE Music SET genre = 'pop' WHERE artist = 'Other' AND year = 1",
                "INSERT INTO Music VALUE {'artist': 'Acme', 'year': 1}",
                "EXISTS(SELECT * FROM Music WHERE artist = 'Acme' AND year = 2 AND genre = 'nothing')"));
            assertThat(failure.detail().cancellationReasons()).extracting(one -> one.code())
                .containsExactly("None", "DuplicateItem", "ConditionalCheckFailed");
            assertThat(run("SELECT genre FROM Music WHERE artist = 'Other'").items())
                .containsExactly(item("genre", s("jazz")));
            assertThat(transact("UPDATE Music SET genre = 'pop' WHERE artist = 'Other' AND year = 1",
                "EXISTS(SELECT * FROM Music WHERE artist = 'Acme' AND year = 2 AND genre = 'rock')").responses())
                .isEmpty();
            var read = transact("SELECT * FROM Music WHERE artist = 'Other' AND year = 1",
                "SELECT * FROM Music WHERE artist = 'None' " + "AND year = 1");
            assertThat(read.responses().getFirst().item()).containsEntry("genre", s("pop"));
            assertThat(read.responses().getLast().item()).isNull();
            refused("Validation failed in TransactStatements[0]: Select statements within ExecuteTransaction must "
                + "specify the primary "
                + "key in the where clause.", () -> transact("SELECT * FROM Music WHERE artist = 'Other'"));
            refused("Validation failed in TransactStatements[0]: EXISTS() must contain a single item read with "
                + "additional condition",
                () -> transact("EXISTS(SELECT * FROM Music WHERE artist = 'Other' AND year = 1)"));
        }
    }
}
