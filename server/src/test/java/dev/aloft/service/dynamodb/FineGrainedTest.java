package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.GetItemRequest;
import dev.aloft.api.DynamoDb.PutItemRequest;
import dev.aloft.api.DynamoDb.QueryRequest;
import dev.aloft.api.DynamoDb.TransactWriteItem;
import dev.aloft.api.DynamoDb.TransactWriteItemsRequest;
import dev.aloft.api.DynamoDb.UpdateItemRequest;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.Access;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FineGrainedTest extends DynamoDbFixture {
    private static final Caller USER = CALLER.as(new Principal.User("arn:aws:iam::123456789012:user/u", "AIDA", "u"));
    private static final String ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/" + HASH;

    private Access access(Shape input) {
        var accesses = service.accesses(USER, input);
        assertThat(accesses).hasSize(1);
        return accesses.getFirst();
    }

    @Test
    void requestsTellTheirKeysAndAttributes() {
        var get = access(GetItemRequest.of(r -> r.tableName(HASH).key(item("a", s("k")))
            .projectionExpression("b, c.d")));
        assertThat(get.action()).isEqualTo("dynamodb:GetItem");
        assertThat(get.resources()).containsExactly(ARN);
        assertThat(get.keys()).containsEntry("dynamodb:LeadingKeys", List.of("k"));
        assertThat(get.keys().get("dynamodb:Attributes")).containsExactlyInAnyOrder("b", "c");
        var put = access(PutItemRequest.of(r -> r.tableName(HASH).item(item("a", s("k"), "x", n(1)))));
        assertThat(put.keys().get("dynamodb:Attributes")).containsExactlyInAnyOrder("a", "x");
        assertThat(put.keys()).containsEntry("dynamodb:ReturnValues", List.of("NONE"));
        var update = access(UpdateItemRequest.of(r -> r.tableName(HASH).key(item("a", s("k")))
            .updateExpression("SET x = y.z")));
        assertThat(update.keys().get("dynamodb:Attributes")).containsExactlyInAnyOrder("a", "x", "y");
        var query = access(QueryRequest.of(r -> r.tableName(HASH).keyConditionExpression("a = :a")
            .expressionAttributeValues(Map.of(":a", s("k")))));
        assertThat(query.keys()).containsEntry("dynamodb:LeadingKeys", List.of("k"))
            .containsEntry("dynamodb:Select", List.of("ALL_ATTRIBUTES"));
    }

    @Test
    void transactionsAskForEachOfTheirActions() {
        var put = TransactWriteItem.of(w -> w.put(DynamoDb.Put.of(p -> p.tableName(HASH).item(item("a", s("1"))))));
        var delete = TransactWriteItem.of(w -> w.delete(DynamoDb.Delete.of(p -> p.tableName(HASH)
            .key(item("a", s("2"))))));
        var accesses = service.accesses(USER, TransactWriteItemsRequest.of(r -> r.transactItems(List.of(put, delete))));
        assertThat(accesses).extracting(Access::action).containsExactly("dynamodb:PutItem", "dynamodb:DeleteItem");
        assertThat(accesses).extracting(access -> access.keys().get("dynamodb:LeadingKeys"))
            .containsExactly(List.of("1"), List.of("2"));
    }

    @Test
    void whatCannotBeReadAsksWithoutThem() {
        assertThat(access(GetItemRequest.of(r -> r.tableName("missing").key(item("a", s("k"))))).keys()).isEmpty();
        assertThat(service.accesses(CALLER, GetItemRequest.of(r -> r.tableName(HASH).key(item("a", s("k")))))
            .getFirst().keys()).isEmpty();
    }
}
