package dev.aloft.service.dynamodb;

import dev.aloft.api.DynamoDb.DescribeTableRequest;
import dev.aloft.api.DynamoDb.ListTagsOfResourceRequest;
import dev.aloft.api.DynamoDb.Tag;
import dev.aloft.api.DynamoDb.TagResourceRequest;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What DynamoDB says of tags that it does not take, as recorded on AWS in 2026. */
class TagErrorsTest extends DynamoDbFixture {
    private static final String TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/tagged";

    @BeforeEach
    void table() {
        create("tagged", r -> r.keySchema(List.of(hash("a"))).attributeDefinitions(List.of(attribute("a", "S"))));
    }

    private void tag(Stream<Tag> tags) {
        dynamoDb.tagResource(CALLER, TagResourceRequest.of(r -> r.resourceArn(
            dynamoDb.describeTable(CALLER, DescribeTableRequest.of(d -> d.tableName("tagged"))).table().tableArn())
            .tags(tags.toList())));
    }

    @Test
    void keysAndValues() {
        refused("The Tag Key provided is invalid, Key: a*b", () -> tag(Stream.of(new Tag("a*b", "x"))));
        refused("The Tag Value provided is invalid, Value: a*b", () -> tag(Stream.of(new Tag("x", "a*b"))));
        refused("Tag Key cannot be prefixed with aws:, Key: aws:x", () -> tag(Stream.of(new Tag("aws:x", "x"))));
        refused("Duplicate Tag Keys provided as input: Duplicate Tag Key found x",
            () -> tag(Stream.of(new Tag("x", "1"), new Tag("x", "2"))));
        refused("Number of Tags exceed the current limit for the provided ResourceArn",
            () -> tag(IntStream.range(0, 51).mapToObj(i -> new Tag("k" + i, "v"))));
        refused("Atleast one Tag needs to be provided as Input.", () -> tag(Stream.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        tagged | ARNs must start with 'arn:': tagged
        arn:aws:sqs:us-east-1:000000000000:a:b/c | Provided Arn is not a DynamoDB resource arn: arn:aws:sqs:us-east-1:000000000000:a:b/c
        """ + TABLE + "/index/i | Invalid resource arn provided, only table or stream is accepted. Provided resource arn: "
        + TABLE + "/index/i")
    void arns(String arn, String message) {
        refused("One or more parameter values were invalid: " + message,
            () -> dynamoDb.listTagsOfResource(CALLER, ListTagsOfResourceRequest.of(r -> r.resourceArn(arn))));
    }
}
