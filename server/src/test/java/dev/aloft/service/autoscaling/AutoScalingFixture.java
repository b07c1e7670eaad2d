package dev.aloft.service.autoscaling;

import dev.aloft.api.ApplicationAutoScaling;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.call.Event;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Arn;
import dev.aloft.api.ApplicationAutoScaling.ScalingActivity;
import dev.aloft.api.ApplicationAutoScaling.TargetTrackingScalingPolicyConfiguration;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudWatch;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Events;
import dev.aloft.api.Iam;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Worker;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.cloudwatch.CloudWatchService;
import dev.aloft.service.dynamodb.DynamoDbService;
import dev.aloft.service.iam.IamPolicySource;
import dev.aloft.service.iam.IamService;
import java.time.Duration;
import java.util.Collections;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Application Auto Scaling with the services that it works with, behind the one door with the authorizer at it. */
abstract class AutoScalingFixture {
    static final String ACCOUNT = "111122223333";
    static final Caller ROOT = new Caller(ACCOUNT, "us-east-1", new Principal.Root(ACCOUNT), "r", null, 0,
            "http://localhost:4566", "127.0.0.1", "test");
    static final String TABLE = "table/orders";
    static final String READS = "dynamodb:table:ReadCapacityUnits";
    static final String WRITES = "dynamodb:table:WriteCapacityUnits";

    final TestTime time = new TestTime();
    final Store store = new FlakyStore(new MemoryStore());
    final KeyFile keys = KeyFile.inMemory();
    final IamPolicySource source = new IamPolicySource(store, keys, time);
    final LocalEndpoint endpoint = new LocalEndpoint(new Authorizer(source, time), store::inTransaction);
    final Metrics metrics = new Metrics(endpoint, time);
    final Targets targets = new Targets();
    final AutoScalingService service = new AutoScalingService(store, time, this::withFunctions,
            new Roles(source, time), targets);
    /** What the event bus is told. */
    final List<Map<?, ?>> told = Collections.synchronizedList(new ArrayList<>());
    final ApplicationAutoScaling scaling = ApplicationAutoScaling.at(endpoint);
    final DynamoDb dynamoDb = DynamoDb.at(endpoint);
    final CloudWatch cloudWatch = CloudWatch.at(endpoint);
    final Iam iam = Iam.at(endpoint);
    DynamoDbService tables;
    private Workers workers;

    private Target bus() {
        return new Target() {
            @Override
            public String service() {
                return "events";
            }

            @Override
            public void deliver(Caller caller, Arn target, Event event) {
                told.add((Map<?, ?>) JsonReader.tree(event.body()));
            }
        };
    }

    @BeforeEach
    void start() {
        tables = new DynamoDbService(store, measured(), time, endpoint);
        targets.add(service.target());
        targets.add(bus());
        var services = new ArrayList<Service>(List.of(service, new IamService(store, keys, time, endpoint, endpoint),
                new CloudWatchService(store, time, this::withoutBus, targets),
                tables));
        services.forEach(endpoint::add);
        var all = new ArrayList<Worker>(List.of(metrics.worker()));
        services.forEach(each -> all.addAll(each.workers()));
        workers = new Workers(time, all);
        workers.start();
        table("orders", 5, 5);
    }

    /** Measuring, which takes a turn each minute, is for the tests of what is measured. */
    Optional<Metrics> measured() {
        return Optional.empty();
    }

    /** Who scales functions answers for Lambda. */
    Shape withFunctions(Operation operation, Caller caller, Shape input) {
        return endpoint.call(operation, caller, input);
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    /** Alarms tell the event bus too. */
    private Shape withoutBus(Operation operation, Caller caller, Shape input) {
        return input instanceof Events.PutEventsRequest ? Events.PutEventsResponse.of(r -> r.entries(List.of(
                Events.PutEventsResultEntry.of(_ -> { })))) : endpoint.call(operation, caller, input);
    }

    void table(String name, long reads, long writes) {
        dynamoDb.createTable(ROOT, DynamoDb.CreateTableRequest.of(r -> r.tableName(name)
                .keySchema(List.of(new DynamoDb.KeySchemaElement("id", "HASH")))
                .attributeDefinitions(List.of(new DynamoDb.AttributeDefinition("id", "S")))
                .provisionedThroughput(new DynamoDb.ProvisionedThroughput(reads, writes))));
        time.settle();
    }

    long reads() {
        return described().provisionedThroughput().readCapacityUnits();
    }

    long writes() {
        return described().provisionedThroughput().writeCapacityUnits();
    }

    DynamoDb.TableDescription described() {
        return dynamoDb.describeTable(ROOT, DynamoDb.DescribeTableRequest.of(r -> r.tableName("orders"))).table();
    }

    String register(String dimension, int min, int max) {
        return register(dimension, r -> r.minCapacity(min).maxCapacity(max));
    }

    String register(String dimension, Consumer<ApplicationAutoScaling.RegisterScalableTargetRequest.Builder> with) {
        var arn = scaling.registerScalableTarget(ROOT, ApplicationAutoScaling.RegisterScalableTargetRequest.of(r -> {
            r.serviceNamespace("dynamodb").resourceId(TABLE).scalableDimension(dimension);
            with.accept(r);
        })).scalableTargetARN();
        time.settle();
        return arn;
    }

    /** Tracks the table's own utilization. */
    ApplicationAutoScaling.PutScalingPolicyResponse track(String dimension, double target,
            Consumer<TargetTrackingScalingPolicyConfiguration.Builder> with) {
        var metric = dimension.equals(READS) ? "DynamoDBReadCapacityUtilization" : "DynamoDBWriteCapacityUtilization";
        return scaling.putScalingPolicy(ROOT, ApplicationAutoScaling.PutScalingPolicyRequest.of(r -> r
                .policyName("tracking").serviceNamespace("dynamodb").resourceId(TABLE).scalableDimension(dimension)
                .policyType("TargetTrackingScaling").targetTrackingScalingPolicyConfiguration(
                        TargetTrackingScalingPolicyConfiguration.of(c -> {
                            c.targetValue(target).predefinedMetricSpecification(
                                    ApplicationAutoScaling.PredefinedMetricSpecification.of(
                                            m -> m.predefinedMetricType(metric)));
                            with.accept(c);
                        }))));
    }

    /** Uses so many read units in each of the next minutes. */
    void readFor(int minutes, int unitsAMinute) {
        for (int minute = 0; minute < minutes; minute++) {
            for (int i = 0; i < unitsAMinute; i++) {
                dynamoDb.getItem(ROOT, DynamoDb.GetItemRequest.of(r -> r.tableName("orders").consistentRead(true)
                        .key(Map.of("id", new DynamoDb.AttributeValue.S("1")))));
            }
            time.advance(Duration.ofMinutes(1));
        }
    }

    List<CloudWatch.MetricAlarm> alarms() {
        return cloudWatch.describeAlarms(ROOT, CloudWatch.DescribeAlarmsRequest.of(_ -> { })).metricAlarms();
    }

    CloudWatch.MetricAlarm alarm(String kind) {
        return alarms().stream().filter(it -> it.alarmName().contains("-" + kind + "-")).findFirst().orElseThrow();
    }

    List<ScalingActivity> activities(boolean withNotScaled) {
        return scaling.describeScalingActivities(ROOT, ApplicationAutoScaling.DescribeScalingActivitiesRequest.of(
                r -> r.serviceNamespace("dynamodb").includeNotScaledActivities(withNotScaled))).scalingActivities();
    }
}
