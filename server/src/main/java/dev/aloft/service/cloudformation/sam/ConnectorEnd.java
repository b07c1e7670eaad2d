package dev.aloft.service.cloudformation.sam;

import dev.aloft.service.cloudformation.template.Trees;
import java.util.Map;
import java.util.Set;

/**
 * The source or the destination of a connector: a resource of the template with what its type lets know of it, or what
 * the connector says itself.
 *
 * @param id        of a resource of the template, or null
 * @param type      CloudFormation's
 * @param known     by the names that placeholders have: Arn, ResourceId, Name, Qualifier
 * @param role      the name of its role, or null
 * @param queueUrl  or null
 */
record ConnectorEnd(String id, String type, Map<String, Object> known, Object role, Object queueUrl) {
    private static final Map<String, String> PLAIN = Map.of("AWS::Serverless::Function", "AWS::Lambda::Function",
            "AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine", "AWS::Serverless::Api",
            "AWS::ApiGateway::RestApi", "AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api",
                    "AWS::Serverless::SimpleTable",
            "AWS::DynamoDB::Table");
    private static final Set<String> BY_REF = Set.of("AWS::StepFunctions::StateMachine", "AWS::AppSync::GraphQLApi",
            "AWS::AppSync::DataSource", "AWS::SNS::Topic");
    private static final Set<String> BY_ATTRIBUTE = Set.of("AWS::Lambda::Function", "AWS::Events::Rule",
            "AWS::SQS::Queue",
            "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Location::PlaceIndex", "AWS::ApiGatewayV2::Api",
            "AWS::ApiGateway::RestApi", "AWS::Events::EventBus");
    private static final Set<String> APIS = Set.of("AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi");

    /** @param other the other end, as the connector gives it */
    static ConnectorEnd of(Transformation transformation, Declared connector, Map<String, Object> given,
            Map<String, Object> other) {
        boolean more = given.keySet().stream().anyMatch(name -> !name.equals("Id") && !name.equals("Qualifier"));
        if (given.containsKey("Id") == more) {
            throw connector.error("Must provide 'Id' (with optional 'Qualifier') or a supported combination "
                    + "of other properties.");
        }
        if (!Functions.given(given.get("Id"))) {
            var type = type(connector, given.get("Type"));
            return new ConnectorEnd(null, PLAIN.getOrDefault(type, type), Functions.map("Arn", given.get("Arn"),
                    "ResourceId", given.get("ResourceId"), "Name", given.get("Name"), "Qualifier",
                            given.get("Qualifier")),
                    given.get("RoleName"), given.get("QueueUrl"));
        }
        if (!(given.get("Id") instanceof String id)) {
            throw connector.error("'Id' is missing or not a string.");
        }
        var resource = transformation.now(id);
        if (resource.isEmpty()) {
            throw connector.error("Unable to find resource with logical ID '" + id + "'.");
        }
        var type = type(connector, resource.get("Type"));
        var qualifier = given.containsKey("Qualifier") ? given.get("Qualifier") : APIS.contains(type) ? "*" : null;
        var known = Functions.map("Arn", BY_REF.contains(type) ? Functions.ref(id)
                : BY_ATTRIBUTE.contains(type) ? Functions.getAtt(id, "Arn") : null,
                "ResourceId", type.equals("AWS::AppSync::GraphQLApi") ? Functions.getAtt(id, "ApiId")
                : APIS.contains(type) ? Functions.ref(id) : null,
                "Name", type.equals("AWS::StepFunctions::StateMachine") ? Functions.getAtt(id, "Name") : null,
                "Qualifier", qualifier);
        return new ConnectorEnd(id, type, known, role(type, Trees.map(resource.get("Properties")), other),
                type.equals("AWS::SQS::Queue") ? Functions.ref(id) : null);
    }

    private static String type(Declared connector, Object type) {
        if (type instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw connector.error("'Type' is missing or not a string.");
    }

    /** Only a role of the same template has a name that is known. */
    private static Object role(String type, Map<String, Object> properties, Map<String, Object> other) {
        var role = Functions.named(switch (type) {
            case "AWS::Lambda::Function" -> properties.get("Role");
            case "AWS::StepFunctions::StateMachine" -> properties.get("RoleArn");
            case "AWS::AppSync::DataSource" -> properties.get("ServiceRoleArn");
            case "AWS::Events::Rule" -> roleOfTarget(properties, other);
            default -> null;
        });
        return role == null ? null : Functions.ref(role);
    }

    private static Object roleOfTarget(Map<String, Object> rule, Map<String, Object> other) {
        for (var each : Trees.list(rule.get("Targets"))) {
            var target = Trees.map(each);
            var named = Functions.named(target.get("Arn"));
            if (named != null && named.equals(other.get("Id"))
                    || other.get("Arn") != null && other.get("Arn").equals(target.get("Arn"))) {
                return target.get("RoleArn");
            }
        }
        return null;
    }
}
