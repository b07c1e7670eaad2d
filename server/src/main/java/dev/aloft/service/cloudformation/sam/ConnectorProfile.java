package dev.aloft.service.cloudformation.sam;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a connector from one type to another grants, by access category.
 *
 * <p>{@code ${SourceArn}} and its like stand for what is known of the two ends.
 *
 * @param form         where the permission is written
 * @param categories   statements of a policy, or for functions one statement that says who may call
 * @param combinations of categories that may be asked for; empty for any
 * @param first        what waits for the permission
 * @see <a href="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/reference-sam-connector.html">
 *     AWS SAM connector reference</a>
 */
record ConnectorProfile(Form form, Map<String, List<Map<String, Object>>> categories, List<Set<String>> combinations,
        First first) {
    enum Form {
        /** A managed policy of the source's role. */
        SOURCE_ROLE,
        /** A managed policy of the destination's role. */
        DESTINATION_ROLE,
        QUEUE_POLICY,
        TOPIC_POLICY,
        FUNCTION_PERMISSION
    }

    enum First {
        NOTHING,
        SOURCE,
        /** The one event source mapping from the source to the destination. */
        MAPPING
    }

    private static final String FUNCTION = "AWS::Lambda::Function";
    private static final String TABLE = "AWS::DynamoDB::Table";
    private static final String QUEUE = "AWS::SQS::Queue";
    private static final String TOPIC = "AWS::SNS::Topic";
    private static final String BUCKET = "AWS::S3::Bucket";
    private static final String BUS = "AWS::Events::EventBus";
    private static final String RULE = "AWS::Events::Rule";
    private static final String MACHINE = "AWS::StepFunctions::StateMachine";
    private static final String DATA_SOURCE = "AWS::AppSync::DataSource";

    private static final String DESTINATION = "${DestinationArn}";
    private static final String SOURCE_ARN = "${SourceArn}";
    private static final String ACCOUNT = ":${AWS::Region}:${AWS::AccountId}:";
    private static final String EXECUTIONS = "arn:${AWS::Partition}:states" + ACCOUNT
            + "execution:${DestinationName}:*";
    private static final String EXECUTION_RULE = "arn:${AWS::Partition}:events" + ACCOUNT
            + "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule";
    private static final String API = "arn:${AWS::Partition}:execute-api" + ACCOUNT
            + "${SourceResourceId}/${SourceQualifier}";

    private static final Map<String, ConnectorProfile> ALL = new LinkedHashMap<>();

    static {
        put(TABLE, FUNCTION, role(Form.DESTINATION_ROLE,
                Map.of("Read", List.of(allow("dynamodb:DescribeStream GetRecords"
                + " GetShardIterator ListStreams", "${SourceArn}/stream/*")))).before(First.MAPPING));
        put(RULE, TOPIC, policy(Form.TOPIC_POLICY, "events.amazonaws.com", "sns:Publish"));
        put(RULE, BUS, putEvents());
        put(RULE, MACHINE, write("states:StartExecution"));
        put(RULE, FUNCTION, call("events.amazonaws.com", SOURCE_ARN));
        put(RULE, QUEUE, policy(Form.QUEUE_POLICY, "events.amazonaws.com", "sqs:SendMessage"));
        put(FUNCTION, FUNCTION, write("lambda:InvokeAsync InvokeFunction"));
        put(FUNCTION, BUCKET, objects());
        put(FUNCTION, TABLE, items());
        put(FUNCTION, QUEUE, readAndWrite(List.of(allow("sqs:ReceiveMessage GetQueueAttributes", DESTINATION)),
                List.of(allow("sqs:DeleteMessage SendMessage ChangeMessageVisibility PurgeQueue", DESTINATION))));
        put(FUNCTION, TOPIC, write("sns:Publish"));
        put(FUNCTION, MACHINE, executions());
        put(FUNCTION, BUS, putEvents());
        put(FUNCTION, "AWS::Location::PlaceIndex",
                role(Form.SOURCE_ROLE, Map.of("Read", List.of(allow("geo:DescribePlaceIndex"
                + " GetPlace SearchPlaceIndexForPosition SearchPlaceIndexForSuggestions SearchPlaceIndexForText",
                        DESTINATION)))));
        put("AWS::ApiGatewayV2::Api", FUNCTION, call("apigateway.amazonaws.com", API));
        put("AWS::ApiGateway::RestApi", FUNCTION, call("apigateway.amazonaws.com", API));
        put(TOPIC, QUEUE, policy(Form.QUEUE_POLICY, "sns.amazonaws.com", "sqs:SendMessage"));
        put(TOPIC, FUNCTION, call("sns.amazonaws.com", SOURCE_ARN));
        put(QUEUE, FUNCTION, messages());
        put(BUCKET, FUNCTION, fromBuckets());
        put(MACHINE, FUNCTION, write("lambda:InvokeAsync InvokeFunction"));
        put(MACHINE, TOPIC, write("sns:Publish"));
        put(MACHINE, QUEUE, write("sqs:SendMessage"));
        put(MACHINE, BUCKET, objects());
        put(MACHINE, TABLE, items());
        put(MACHINE, MACHINE, nestedExecutions());
        put(MACHINE, BUS, putEvents());
        put(DATA_SOURCE, TABLE, items());
        put(DATA_SOURCE, FUNCTION, role(Form.SOURCE_ROLE, Map.of("Write", List.of(
                allow("lambda:InvokeAsync InvokeFunction", DESTINATION, DESTINATION + ":*")))));
        put(DATA_SOURCE, BUS, putEvents());
        put("AWS::AppSync::GraphQLApi", FUNCTION, call("appsync.amazonaws.com",
                "arn:${AWS::Partition}:appsync" + ACCOUNT + "apis/${SourceResourceId}"));
    }

    private static void put(String source, String destination, ConnectorProfile profile) {
        ALL.put(source + " " + destination, profile);
    }

    /** The one between two types of CloudFormation, or null. */
    static ConnectorProfile between(String source, String destination) {
        return ALL.get(source + " " + destination);
    }

    private static ConnectorProfile role(Form form, Map<String, List<Map<String, Object>>> categories) {
        return new ConnectorProfile(form, categories, List.of(), First.NOTHING);
    }

    private ConnectorProfile before(First what) {
        return new ConnectorProfile(form, categories, combinations, what);
    }

    @SafeVarargs
    private ConnectorProfile only(Set<String>... together) {
        return new ConnectorProfile(form, categories, List.of(together), first);
    }

    /** @param actions of one service: its name stands before the first */
    private static Map<String, Object> allow(String actions, String... resources) {
        var service = actions.substring(0, actions.indexOf(':') + 1);
        var names = List.of(actions.substring(service.length()).split(" "));
        return Functions.map("Effect", "Allow", "Action", names.stream().<Object>map(name -> service + name).toList(),
                "Resource", List.of((Object[]) resources));
    }

    private static ConnectorProfile write(String actions) {
        return role(Form.SOURCE_ROLE, Map.of("Write", List.of(allow(actions, DESTINATION))));
    }

    private static ConnectorProfile putEvents() {
        return write("events:PutEvents");
    }

    private static ConnectorProfile readAndWrite(List<Map<String, Object>> read, List<Map<String, Object>> write) {
        var categories = new LinkedHashMap<String, List<Map<String, Object>>>();
        categories.put("Read", read);
        categories.put("Write", write);
        return role(Form.SOURCE_ROLE, categories);
    }

    private static ConnectorProfile objects() {
        return readAndWrite(
                List.of(allow("s3:GetObject GetObjectAcl GetObjectLegalHold GetObjectRetention GetObjectTorrent"
                + " GetObjectVersion GetObjectVersionAcl GetObjectVersionForReplication "
                + "GetObjectVersionTorrent ListBucket ListBucketMultipartUploads ListBucketVersions "
                + "ListMultipartUploadParts", DESTINATION, DESTINATION
                        + "/*")),
                List.of(allow("s3:AbortMultipartUpload DeleteObject DeleteObjectVersion PutObject PutObjectLegalHold"
                + " PutObjectRetention RestoreObject", DESTINATION, DESTINATION + "/*")));
    }

    private static ConnectorProfile items() {
        return readAndWrite(List.of(allow("dynamodb:GetItem Query Scan BatchGetItem ConditionCheckItem PartiQLSelect",
                DESTINATION, DESTINATION + "/index/*")),
                List.of(allow("dynamodb:PutItem UpdateItem DeleteItem BatchWriteItem PartiQLDelete "
                        + "PartiQLInsert PartiQLUpdate",
                DESTINATION, DESTINATION + "/index/*")));
    }

    private static ConnectorProfile executions() {
        var categories = new LinkedHashMap<String, List<Map<String, Object>>>();
        categories.put("Write", List.of(allow("states:StartExecution StartSyncExecution", DESTINATION),
                allow("states:StopExecution", EXECUTIONS)));
        categories.put("Read", List.of(allow("states:DescribeStateMachine ListExecutions", DESTINATION),
                allow("states:DescribeExecution DescribeStateMachineForExecution GetExecutionHistory", EXECUTIONS)));
        return role(Form.SOURCE_ROLE, categories);
    }

    private static ConnectorProfile nestedExecutions() {
        return readAndWrite(List.of(allow("states:DescribeExecution", EXECUTIONS),
                allow("events:DescribeRule", EXECUTION_RULE)),
                List.of(allow("states:StartExecution", DESTINATION), allow("states:StopExecution", EXECUTIONS),
                        allow("events:PutTargets PutRule", EXECUTION_RULE)))
                .only(Set.of("Read"), Set.of("Read", "Write")).before(First.SOURCE);
    }

    private static ConnectorProfile messages() {
        var categories = new LinkedHashMap<String, List<Map<String, Object>>>();
        categories.put("Write", List.of(allow("sqs:DeleteMessage", SOURCE_ARN)));
        categories.put("Read", List.of(allow("sqs:ReceiveMessage GetQueueAttributes", SOURCE_ARN)));
        return role(Form.DESTINATION_ROLE, categories).only(Set.of("Read", "Write")).before(First.MAPPING);
    }

    /** A statement of the destination's own policy. */
    private static ConnectorProfile policy(Form form, String service, String action) {
        return role(form, Map.of("Write", List.of(Functions.map("Effect", "Allow", "Principal",
                Functions.map("Service", service), "Resource", DESTINATION, "Action", action, "Condition",
                Functions.map("ArnEquals", Functions.map("aws:SourceArn", SOURCE_ARN))))));
    }

    private static ConnectorProfile call(String principal, String source) {
        return role(Form.FUNCTION_PERMISSION, Map.of("Write", List.of(Functions.map("Action", "lambda:InvokeFunction",
                "Principal", principal, "SourceArn", source))));
    }

    /** The ARN of a bucket does not say whose it is. */
    private static ConnectorProfile fromBuckets() {
        return role(Form.FUNCTION_PERMISSION, Map.of("Write", List.of(Functions.map("Action", "lambda:InvokeFunction",
                "Principal", "s3.amazonaws.com", "SourceArn", SOURCE_ARN, "SourceAccount", "${AWS::AccountId}"))));
    }
}
