package dev.aloft.service.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.DynamoDb;
import dev.aloft.api.DynamoDb.CreateGlobalTableRequest;
import dev.aloft.api.DynamoDb.DeleteResourcePolicyRequest;
import dev.aloft.api.DynamoDb.DescribeContributorInsightsRequest;
import dev.aloft.api.DynamoDb.DescribeLimitsRequest;
import dev.aloft.api.DynamoDb.GetResourcePolicyRequest;
import dev.aloft.api.DynamoDb.ListContributorInsightsRequest;
import dev.aloft.api.DynamoDb.PutResourcePolicyRequest;
import dev.aloft.api.DynamoDb.Replica;
import dev.aloft.api.DynamoDb.UpdateContributorInsightsRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcePoliciesTest extends DynamoDbFixture {
    private static final String ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/" + HASH;
    private static final String POLICY =
        "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
        + "{\"AWS\":\"arn:aws:iam::210987654321:root\"},\"Action\":\"dynamodb:GetItem\",\"Resource\":\"" + ARN
        + "\"}]}";

    private String put(String arn, String document, String expected) {
        return dynamoDb.putResourcePolicy(CALLER, PutResourcePolicyRequest.of(r -> r.resourceArn(arn).policy(document)
            .expectedRevisionId(expected))).revisionId();
    }

    @Test
    void aPolicyHoldsForATableAndItsIndexes() {
        var revision = put(ARN, POLICY, "NO_POLICY");
        assertThat(put(ARN, POLICY, revision)).isEqualTo(revision);
        assertThat(dynamoDb.getResourcePolicy(CALLER, new GetResourcePolicyRequest(ARN)).policy()).isEqualTo(POLICY);
        assertThat(service.policy(CALLER, ARN)).contains(POLICY);
        assertThat(service.policy(CALLER, ARN + "/index/by-b")).contains(POLICY);
        refused("PolicyNotFoundException",
            "Resource-based policy not found for the provided ResourceArn: Requested policy update expecting none to "
                + "be present for table " + HASH + ", but a policy exists with revision id " + revision + ".", () ->
            put(ARN, POLICY, "NO_POLICY"));
        refused("PolicyNotFoundException", "Resource-based policy not found for the provided ResourceArn: Requested "
            + "update for policy with revision id 1, but the policy associated to target table " + HASH
            + " has revision id " + revision + ".", () ->
            dynamoDb.deleteResourcePolicy(CALLER, new DeleteResourcePolicyRequest(ARN, "1")));
        dynamoDb.deleteResourcePolicy(CALLER, new DeleteResourcePolicyRequest(ARN, null));
        dynamoDb.deleteResourcePolicy(CALLER, new DeleteResourcePolicyRequest(ARN, null));
        refused("PolicyNotFoundException", "Resource-based policy not found for the provided ResourceArn: " + ARN, () ->
            dynamoDb.getResourcePolicy(CALLER, new GetResourcePolicyRequest(ARN)));
    }

    @Test
    void whatIsNoPolicyOrNoResourceIsRefused() {
        refused("One or more parameter values were invalid: Invalid resource arn provided, only table or stream is "
            + "accepted. Provided " + "resource arn: " + ARN + "/index/x", () -> put(ARN + "/index/x", POLICY, null));
        refused("ResourceNotFoundException", "Requested resource not found: Table: " + HASH + "-not not found", () ->
            put(ARN + "-not", POLICY, null));
    }

    private DynamoDb.UpdateContributorInsightsResponse insights(String action, String mode) {
        return dynamoDb.updateContributorInsights(CALLER, UpdateContributorInsightsRequest.of(r -> r.tableName(RANGE)
            .contributorInsightsAction(action).contributorInsightsMode(mode)));
    }

    private List<String> rules() {
        return dynamoDb.describeContributorInsights(CALLER,
            DescribeContributorInsightsRequest.of(r -> r.tableName(RANGE))).contributorInsightsRuleList();
    }

    /** As AWS was seen to answer in October 2026. */
    @Test
    void insightsThatAreSoAlreadyStayAndAnotherModeKeepsItsRules() {
        assertThat(insights("DISABLE", null).contributorInsightsStatus()).isEqualTo("DISABLED");
        assertThat(insights("ENABLE", null).contributorInsightsStatus()).isEqualTo("ENABLING");
        var all = rules();
        assertThat(all).hasSize(4);
        time.advance(Duration.ofMinutes(1));
        assertThat(insights("ENABLE", null).contributorInsightsStatus()).isEqualTo("ENABLED");
        assertThat(insights("ENABLE", "THROTTLED_KEYS").contributorInsightsStatus()).isEqualTo("ENABLING");
        assertThat(rules()).hasSize(2).isSubsetOf(all).allMatch(rule -> rule.matches(".*-(PKT|SKT)-.*"));
        assertThat(insights("DISABLE", null).contributorInsightsMode()).isEqualTo("THROTTLED_KEYS");
        assertThat(rules()).isNull();
        // Those that are disabled are not listed.
        assertThat(dynamoDb.listContributorInsights(CALLER, ListContributorInsightsRequest.of(r -> r.tableName(RANGE)))
            .contributorInsightsSummaries()).isEmpty();
        refused("ResourceNotFoundException", "Requested resource not found: Table: nothing not found",
            () -> dynamoDb.listContributorInsights(CALLER, ListContributorInsightsRequest.of(r ->
                r.tableName("nothing"))));
    }

    @Test
    void insightsAreKeptAsData() {
        var enabled = dynamoDb.updateContributorInsights(CALLER,
            UpdateContributorInsightsRequest.of(r -> r.tableName(HASH).contributorInsightsAction("ENABLE")));
        assertThat(enabled.contributorInsightsStatus()).isEqualTo("ENABLING");
        var told = dynamoDb.describeContributorInsights(CALLER,
            DescribeContributorInsightsRequest.of(r -> r.tableName(HASH)));
        assertThat(told.contributorInsightsStatus()).isEqualTo("ENABLED");
        assertThat(told.contributorInsightsRuleList()).hasSize(2).allMatch(rule -> rule.contains(HASH));
        assertThat(dynamoDb.listContributorInsights(CALLER, ListContributorInsightsRequest.of(_ -> { }))
            .contributorInsightsSummaries()).hasSize(1);
    }

    @Test
    void quotasAreThoseOfAnAccountThatAskedForNoMore() {
        assertThat(dynamoDb.describeLimits(CALLER, new DescribeLimitsRequest()).tableMaxWriteCapacityUnits())
            .isEqualTo(40_000);
        refused("One or more parameter values were invalid: DynamoDB global tables version 2017.11.29 is not "
            + "supported. We recommend "
            + "using DynamoDB global tables version 2019.11.21, instead of version 2017.11.29 (Legacy).", () ->
                dynamoDb.createGlobalTable(CALLER, CreateGlobalTableRequest.of(r -> r.globalTableName("abc")
                    .replicationGroup(List.of(new Replica("us-east-1"))))));
    }
}
