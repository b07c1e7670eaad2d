package dev.aloft.service.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.api.ApplicationAutoScaling.ObjectNotFoundException;
import dev.aloft.api.ApplicationAutoScaling.PutScheduledActionRequest;
import dev.aloft.api.ApplicationAutoScaling.ScalableTargetAction;
import dev.aloft.api.ApplicationAutoScaling.ScheduledAction;
import dev.aloft.api.ApplicationAutoScaling.SuspendedState;
import dev.aloft.api.ApplicationAutoScaling.ValidationException;
import dev.aloft.api.Caller;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Iam;
import dev.aloft.api.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scalable targets, schedules and what of them is refused. */
class AutoScalingTest extends AutoScalingFixture {
    private static final String ROLE = "arn:aws:iam::111122223333:role/aws-service-role/"
            + "dynamodb.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_DynamoDBTable";

    // ---- targets

    @ParameterizedTest
    @CsvSource({"dynamodb,table/orders,dynamodb:index:ReadCapacityUnits", "dynamodb,dynamo/orders," + READS,
        "ecs,table/orders," + READS, "dynamodb,orders," + READS,
        "lambda,function:f,lambda:function:ProvisionedConcurrency"})
    void whatDoesNotBelongTogetherIsRefused(String namespace, String resource, String dimension) {
        refused("Unsupported service namespace, resource type or scalable dimension", () -> register(dimension,
                r -> r.serviceNamespace(namespace).resourceId(resource).minCapacity(1).maxCapacity(2)));
    }

    @Test
    void servicesThatAreNotHereAreRefusedByName() {
        assertThatThrownBy(() -> register("ecs:service:DesiredCount", r -> r.serviceNamespace("ecs")
                .resourceId("service/a/b").minCapacity(1).maxCapacity(2))).isInstanceOf(ApiError.class)
                .hasMessageContaining("Application Auto Scaling of ecs:service:DesiredCount");
    }

    @Test
    void theResourceHasToBeThere() {
        refused("DynamoDB table does not exist: table/none", () -> register(READS,
                r -> r.resourceId("table/none").minCapacity(1).maxCapacity(2)));
        refused("DynamoDB index does not exist: table/orders/index/i", () -> register(
                "dynamodb:index:ReadCapacityUnits", r -> r.resourceId("table/orders/index/i").minCapacity(1)
                        .maxCapacity(2)));
        refused("Maximum capacity cannot be less than minimum capacity", () -> register(READS, 5, 4));
    }

    @Test
    void aPageHasAtLeastOne() {
        refused("1 validation error detected: Value '-1' at 'maxResults' failed to satisfy constraint: Member must "
                + "have value greater than or equal to 1", () -> scaling.describeScalingPolicies(ROOT,
                ApplicationAutoScaling.DescribeScalingPoliciesRequest.of(
                        r -> r.serviceNamespace("dynamodb").maxResults(-1))));
    }

    private static void refused(String message, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(ValidationException.class).hasMessage(message);
    }

    @Test
    void aTargetIsMovedIntoItsBoundsAtOnce() {
        register(READS, 10, 20);

        assertThat(reads()).isEqualTo(10);
        assertThat(activities(false)).singleElement().satisfies(it -> {
            assertThat(it.description()).isEqualTo("Setting read capacity units to 10.");
            assertThat(it.cause()).isEqualTo("minimum capacity was set to 10");
        });

        register(READS, r -> r.minCapacity(1).maxCapacity(4));
        assertThat(reads()).isEqualTo(4);
        assertThat(activities(false).getFirst().cause()).isEqualTo("maximum capacity was set to 4");
    }

    @Test
    void registeringAgainChangesWhatIsSaidAlone() {
        var arn = register(READS, r -> r.minCapacity(1).maxCapacity(20).tags(Map.of("team", "a")));

        assertThat(register(READS, r -> r.maxCapacity(30))).isEqualTo(arn);

        assertThat(arn).matches("arn:aws:application-autoscaling:us-east-1:111122223333:scalable-target/[0-9a-z]{36}");
        assertThat(targets()).singleElement().satisfies(it -> {
            assertThat(it.minCapacity()).isEqualTo(1);
            assertThat(it.maxCapacity()).isEqualTo(30);
            assertThat(it.roleARN()).isEqualTo(ROLE);
            assertThat(it.scalableTargetARN()).isEqualTo(arn);
            assertThat(it.suspendedState()).isEqualTo(new SuspendedState(false, false, false));
        });
        assertThat(tags(arn)).isEqualTo(Map.of("team", "a"));
        scaling.tagResource(ROOT, ApplicationAutoScaling.TagResourceRequest.of(
                r -> r.resourceARN(arn).tags(Map.of("stage", "b"))));
        scaling.untagResource(ROOT, ApplicationAutoScaling.UntagResourceRequest.of(
                r -> r.resourceARN(arn).tagKeys(List.of("team"))));
        assertThat(tags(arn)).isEqualTo(Map.of("stage", "b"));
    }

    private Map<String, String> tags(String arn) {
        return scaling.listTagsForResource(ROOT, ApplicationAutoScaling.ListTagsForResourceRequest.of(
                r -> r.resourceARN(arn))).tags();
    }

    private List<ApplicationAutoScaling.ScalableTarget> targets() {
        return scaling.describeScalableTargets(ROOT, ApplicationAutoScaling.DescribeScalableTargetsRequest.of(
                r -> r.serviceNamespace("dynamodb"))).scalableTargets();
    }

    @Test
    void whatIsNotRegisteredHasNothing() {
        var none = "service namespace: dynamodb, resource ID: table/orders, scalable dimension: " + READS;
        assertThatThrownBy(() -> scaling.deregisterScalableTarget(ROOT,
                ApplicationAutoScaling.DeregisterScalableTargetRequest.of(r -> r.serviceNamespace("dynamodb")
                        .resourceId(TABLE).scalableDimension(READS)))).isInstanceOf(ObjectNotFoundException.class)
                .hasMessage("No scalable target found for " + none);
        assertThatThrownBy(() -> track(READS, 70, _ -> { })).isInstanceOf(ObjectNotFoundException.class)
                .hasMessage("No scalable target registered for " + none);
        assertThatThrownBy(() -> schedule("a", _ -> { })).isInstanceOf(ObjectNotFoundException.class)
                .hasMessage("No scalable target registered for " + none);
        register(READS, 1, 5);
        assertThatThrownBy(() -> scaling.deleteScalingPolicy(ROOT,
                ApplicationAutoScaling.DeleteScalingPolicyRequest.of(r -> r.serviceNamespace("dynamodb")
                        .resourceId(TABLE).scalableDimension(READS).policyName("p"))))
                .isInstanceOf(ObjectNotFoundException.class)
                .hasMessage("No scaling policy found for " + none + ", policy name: p");
    }

    /** As recorded: the targets of a deleted table stay. */
    @Test
    void aTargetOutlivesItsTable() {
        register(READS, 1, 5);
        track(READS, 70, _ -> { });
        dynamoDb.deleteTable(ROOT, DynamoDb.DeleteTableRequest.of(r -> r.tableName("orders")));
        time.advance(Duration.ofMinutes(20));

        assertThat(targets()).hasSize(1);
        assertThat(alarms()).hasSize(4);
    }

    // ---- the role

    @Test
    void theFirstTargetMakesTheServiceLinkedRole() {
        register(READS, 1, 5);

        var role = iam.getRole(ROOT, Iam.GetRoleRequest.of(
                r -> r.roleName("AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"))).role();
        assertThat(role.arn()).isEqualTo(ROLE);
        assertThatThrownBy(() -> iam.deleteRole(ROOT, Iam.DeleteRoleRequest.of(r -> r.roleName(role.roleName()))))
                .isInstanceOf(Iam.UnmodifiableEntityException.class).hasMessage("Cannot perform the operation on the"
                        + " protected role 'AWSServiceRoleForApplicationAutoScaling_DynamoDBTable' - this role is only"
                        + " modifiable by AWS");
        assertThatThrownBy(() -> iam.createServiceLinkedRole(ROOT, Iam.CreateServiceLinkedRoleRequest.of(
                r -> r.awsServiceName("dynamodb.application-autoscaling.amazonaws.com"))))
                .isInstanceOf(Iam.InvalidInputException.class).hasMessage("Service role name " + role.roleName()
                        + " has been taken in this account, please try a different suffix.");
    }

    @Test
    void theRoleIsDeletedOnceNoTargetNeedsIt() {
        register(READS, 1, 5);
        var refused = deleteRole();
        assertThat(refused).startsWith("task/aws-service-role/dynamodb.application-autoscaling.amazonaws.com/"
                + "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable/");
        assertThat(status(refused).status()).isEqualTo("IN_PROGRESS");
        assertThat(deleteRole()).as("the same task until it is done").isEqualTo(refused);
        time.settle();
        assertThat(status(refused).status()).isEqualTo("FAILED");
        assertThat(status(refused).reason().roleUsageList()).singleElement().satisfies(use -> {
            assertThat(use.region()).isEqualTo("us-east-1");
            assertThat(use.resources()).singleElement().asString()
                    .startsWith("arn:aws:application-autoscaling:us-east-1:" + ACCOUNT + ":scalable-target/");
        });

        scaling.deregisterScalableTarget(ROOT, ApplicationAutoScaling.DeregisterScalableTargetRequest.of(
                r -> r.serviceNamespace("dynamodb").resourceId(TABLE).scalableDimension(READS)));
        var done = deleteRole();
        time.settle();
        assertThat(status(done).status()).isEqualTo("SUCCEEDED");
        assertThat(status(done).reason()).isNull();
        assertThatThrownBy(this::deleteRole).isInstanceOf(Iam.NoSuchEntityException.class).hasMessage("The role with"
                + " name AWSServiceRoleForApplicationAutoScaling_DynamoDBTable cannot be found.");
        register(READS, 1, 5);
        time.advance(Duration.ofDays(30));
        assertThatThrownBy(() -> status(done)).isInstanceOf(Iam.NoSuchEntityException.class);
    }

    private String deleteRole() {
        return iam.deleteServiceLinkedRole(ROOT, Iam.DeleteServiceLinkedRoleRequest.of(
                r -> r.roleName("AWSServiceRoleForApplicationAutoScaling_DynamoDBTable"))).deletionTaskId();
    }

    private Iam.GetServiceLinkedRoleDeletionStatusResponse status(String task) {
        return iam.getServiceLinkedRoleDeletionStatus(ROOT, Iam.GetServiceLinkedRoleDeletionStatusRequest.of(
                r -> r.deletionTaskId(task)));
    }

    /** Whoever registers needs the permission to make the role, but none for the table. */
    @Test
    void theCallerNeedsNoPermissionForTheTable() {
        iam.createUser(ROOT, Iam.CreateUserRequest.of(r -> r.userName("u")));
        var user = iam.getUser(ROOT, Iam.GetUserRequest.of(r -> r.userName("u"))).user();
        var caller = new Caller(ACCOUNT, "us-east-1", new Principal.User(user.arn(), user.userId(), "u"), "r", null, 0,
                "", null, null);
        allow("application-autoscaling:*");
        var request = ApplicationAutoScaling.RegisterScalableTargetRequest.of(r -> r.serviceNamespace("dynamodb")
                .resourceId(TABLE).scalableDimension(READS).minCapacity(6).maxCapacity(9));
        assertThatThrownBy(() -> scaling.registerScalableTarget(caller, request))
                .hasMessageContaining("iam:CreateServiceLinkedRole");

        allow("application-autoscaling:*\",\"iam:CreateServiceLinkedRole");
        scaling.registerScalableTarget(caller, request);
        time.settle();
        assertThat(reads()).isEqualTo(6);
    }

    private void allow(String actions) {
        iam.putUserPolicy(ROOT, Iam.PutUserPolicyRequest.of(r -> r.userName("u").policyName("p").policyDocument(
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"" + actions
                        + "\"],\"Resource\":\"*\"}]}")));
    }

    // ---- policies that are refused, as recorded

    @Test
    void aTargetValueIsWithinWhatTheMetricCanBe() {
        register(READS, 1, 5);
        refused("For predefined metric type DynamoDBReadCapacityUtilization, target value must be between '10.0' and"
                + " '90.0', but was '90.1'.", () -> track(READS, 90.1, _ -> { }));
        refused("For target tracking scaling, target value must be between '8.51592E-109' and '1.174271E108', but was"
                + " '0.0'.", () -> track(READS, 0, _ -> { }));
        track(READS, 19.9, _ -> { });
        refused("Only one TargetTrackingScaling policy for a given metric specification is allowed.",
                () -> policy(r -> r.policyName("second")));
        assertThatThrownBy(() -> policy(r -> r.policyType("ABCDEFG"))).hasMessage("1 validation error detected: Value"
                + " 'ABCDEFG' at 'policyType' failed to satisfy constraint: Member must satisfy enum value set:"
                + " [PredictiveScaling, StepScaling, TargetTrackingScaling]");
    }

    @Test
    void aPolicyPutAgainKeepsWhatIsNotSaid() {
        register(READS, 1, 5);
        policy(_ -> { });
        policy(r -> r.policyType(null).targetTrackingScalingPolicyConfiguration(null));
        assertThat(scaling.describeScalingPolicies(ROOT, ApplicationAutoScaling.DescribeScalingPoliciesRequest.of(
                r -> r.serviceNamespace("dynamodb"))).scalingPolicies()).singleElement().satisfies(it -> {
                    assertThat(it.policyType()).isEqualTo("TargetTrackingScaling");
                    assertThat(it.targetTrackingScalingPolicyConfiguration().targetValue()).isEqualTo(50);
                });
        refused("TargetTrackingScalingPolicyConfiguration must be specified when the policy type is"
                + " TargetTrackingScaling.",
                () -> policy(r -> r.policyName("new").targetTrackingScalingPolicyConfiguration(null)));
    }

    private void policy(Consumer<ApplicationAutoScaling.PutScalingPolicyRequest.Builder> with) {
        scaling.putScalingPolicy(ROOT, ApplicationAutoScaling.PutScalingPolicyRequest.of(r -> {
            r.policyName("p").serviceNamespace("dynamodb").resourceId(TABLE).scalableDimension(READS)
                    .policyType("TargetTrackingScaling").targetTrackingScalingPolicyConfiguration(
                            ApplicationAutoScaling.TargetTrackingScalingPolicyConfiguration.of(c -> c.targetValue(50.0)
                                    .predefinedMetricSpecification(
                                            ApplicationAutoScaling.PredefinedMetricSpecification.of(m -> m
                                                    .predefinedMetricType("DynamoDBReadCapacityUtilization")))));
            with.accept(r);
        }));
    }

    // ---- schedules

    private void schedule(String name, Consumer<PutScheduledActionRequest.Builder> with) {
        scaling.putScheduledAction(ROOT, PutScheduledActionRequest.of(r -> {
            r.serviceNamespace("dynamodb").resourceId(TABLE).scalableDimension(READS).scheduledActionName(name)
                    .schedule("rate(1 hour)").scalableTargetAction(new ScalableTargetAction(8, 12));
            with.accept(r);
        }));
        time.settle();
    }

    private ScheduledAction scheduled() {
        return scaling.describeScheduledActions(ROOT, ApplicationAutoScaling.DescribeScheduledActionsRequest.of(
                r -> r.serviceNamespace("dynamodb"))).scheduledActions().getFirst();
    }

    @Test
    void onceAtAMomentOfATimeZone() {
        register(READS, 1, 20);
        schedule("morning", r -> r.schedule("at(2026-01-02T09:00:00)").timezone("Europe/Berlin"));

        time.advanceTo(Instant.parse("2026-01-02T07:59:59Z"));
        assertThat(reads()).isEqualTo(5);
        time.advanceTo(Instant.parse("2026-01-02T08:00:00Z"));

        assertThat(reads()).isEqualTo(8);
        assertThat(activities(false)).extracting(it -> it.description() + " / " + it.cause() + " / "
                + it.statusMessage()).containsExactly(
                "Setting read capacity units to 8. / minimum capacity was set to 8 / Successfully set read capacity"
                        + " units to 8. Change successfully fulfilled by dynamodb.",
                "Setting min capacity to 8 and max capacity to 12 / scheduled action name morning was triggered /"
                        + " Successfully set min capacity to 8 and max capacity to 12");
        register(READS, 1, 20);
        time.advance(Duration.ofDays(2));
        assertThat(targets().getFirst().minCapacity()).isEqualTo(1);
    }

    @Test
    void everyDayByACronExpressionBetweenStartAndEnd() {
        register(READS, 1, 20);
        schedule("nights", r -> r.schedule("cron(0 22 * * ? *)").scalableTargetAction(new ScalableTargetAction(null, 3))
                .startTime(Instant.parse("2026-01-03T00:00:00Z")).endTime(Instant.parse("2026-01-04T23:00:00Z")));

        time.advanceTo(Instant.parse("2026-01-02T23:00:00Z"));
        assertThat(reads()).isEqualTo(5);
        time.advanceTo(Instant.parse("2026-01-03T22:00:00Z"));
        assertThat(reads()).isEqualTo(3);

        register(READS, r -> r.minCapacity(1).maxCapacity(20));
        time.advanceTo(Instant.parse("2026-01-04T22:00:00Z"));
        assertThat(targets().getFirst().maxCapacity()).isEqualTo(3);
        register(READS, r -> r.maxCapacity(20));
        time.advanceTo(Instant.parse("2026-01-06T00:00:00Z"));
        assertThat(targets().getFirst().maxCapacity()).isEqualTo(20);
    }

    @Test
    void atARateAndWhatIsSuspendedIsPassedOver() {
        register(READS, r -> r.minCapacity(1).maxCapacity(20).suspendedState(
                SuspendedState.of(s -> s.scheduledScalingSuspended(true))));
        schedule("hourly", _ -> { });
        time.advance(Duration.ofMinutes(61));
        assertThat(reads()).isEqualTo(5);

        register(READS, r -> r.suspendedState(SuspendedState.of(_ -> { })));
        time.advance(Duration.ofMinutes(58));
        assertThat(reads()).isEqualTo(5);
        time.advance(Duration.ofMinutes(1));
        assertThat(reads()).isEqualTo(8);
    }

    @Test
    void putAgainItKeepsAllButStartAndEnd() {
        register(READS, 1, 20);
        schedule("a", r -> r.timezone("Asia/Tokyo").startTime(Instant.parse("2026-02-01T00:00:00Z")));
        var arn = scheduled().scheduledActionARN();
        assertThat(arn).matches("arn:aws:autoscaling:us-east-1:111122223333:scheduledAction:[0-9a-f-]{36}:resource/"
                + "dynamodb/table/orders:scheduledActionName/a");

        schedule("a", r -> r.schedule(null).scalableTargetAction(new ScalableTargetAction(2, null)));

        assertThat(scheduled()).satisfies(it -> {
            assertThat(it.scheduledActionARN()).isEqualTo(arn);
            assertThat(it.schedule()).isEqualTo("rate(1 hour)");
            assertThat(it.timezone()).isEqualTo("Asia/Tokyo");
            assertThat(it.startTime()).isNull();
            assertThat(it.scalableTargetAction()).isEqualTo(new ScalableTargetAction(2, null));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"rate(1 hours)", "every hour", "cron(0 22 * * *)", "at(2026-13-01T00:00:00)"})
    void whatIsNoScheduleIsRefused(String schedule) {
        register(READS, 1, 20);
        refused("Invalid schedule expression: " + schedule, () -> schedule("a", r -> r.schedule(schedule)));
    }

    @Test
    void activitiesAreToldForSixWeeks() {
        register(READS, 6, 20);
        time.advance(Duration.ofDays(41));
        assertThat(activities(false)).hasSize(1);
        time.advance(Duration.ofDays(2));
        assertThat(activities(false)).isEmpty();
    }
}
