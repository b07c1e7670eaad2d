package dev.aloft.service.cloudformation.sam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.service.cloudformation.template.JsonText;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.TemplateReader;
import dev.aloft.service.cloudformation.template.Trees;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamTransformTest {
    private static final String FUNCTION = """
            CodeUri: s3://bucket/key
            Handler: index.handler
            Runtime: nodejs24.x
            """;

    private static Map<String, Object> transform(String text) {
        return transform(text, Map.of());
    }

    private static Map<String, Object> transform(String text, Map<String, Object> parameters) {
        var result = SamTransform.apply(TemplateReader.read(text), parameters, "eu-west-1");
        Template.read(result);
        return Trees.map(result.get("Resources"));
    }

    private static String function(String properties) {
        return """
                Transform: AWS::Serverless-2016-10-31
                Resources:
                  F:
                    Type: AWS::Serverless::Function
                    Properties:
                """ + FUNCTION.indent(6) + properties.indent(6);
    }

    private static String json(Map<String, Object> resources, String id) {
        assertThat(resources).containsKey(id);
        return JsonText.write(Trees.map(resources.get(id)).get("Properties"));
    }

    @Test
    void aFunctionGetsARoleAndSamsTag() {
        var resources = transform(function(""));
        assertThat(resources.keySet()).containsExactlyInAnyOrder("F", "FRole");
        assertThat(json(resources, "F"))
                .isEqualTo("{\"Code\":{\"S3Bucket\":\"bucket\",\"S3Key\":\"key\"},\"Handler\":\"index.handler\","
                + "\"Runtime\":\"nodejs24.x\",\"Tags\":[{\"Key\":\"lambda:createdBy\",\"Value\":\"SAM\"}],"
                + "\"Role\":{\"Fn::GetAtt\":[\"FRole\",\"Arn\"]}}");
        assertThat(json(resources, "FRole"))
                .contains("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole");
    }

    @Test
    void policiesAreTemplatesDocumentsAndNames() {
        var resources = transform(function("""
                Policies:
                  - AWSLambdaRole
                  - SQSPollerPolicy: {QueueName: !Ref AWS::StackName}
                  - Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]
                """));
        assertThat(json(resources, "FRole")).contains("arn:aws:iam::aws:policy/service-role/AWSLambdaRole")
                .contains("{\"PolicyName\":\"FRolePolicy1\",\"PolicyDocument\":{\"Statement\":[{\"Effect\":\"Allow\","
                        + "\"Action\":"
                        + "[\"sqs:ChangeMessageVisibility\",\"sqs:ChangeMessageVisibilityBatch\",\"sqs:DeleteMessage\","
                        + "\"sqs:DeleteMessageBatch\",\"sqs:GetQueueAttributes\",\"sqs:ReceiveMessage\"],"
                        + "\"Resource\":{\"Fn::Sub\":[\"arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:"
                        + "${queueName}\","
                        + "{\"queueName\":{\"Ref\":\"AWS::StackName\"}}]}}]}}")
                .contains("\"PolicyName\":\"FRolePolicy2\"");
        assertThatThrownBy(() -> transform(function("Policies: [{SQSPollerPolicy: {}}]"))).hasMessage(
                "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application "
                        + "Specification document. Number of errors found: 1. Resource with id [F] is invalid. "
                        + "Following required parameters of template"
                        + " 'SQSPollerPolicy' don't have values: ['QueueName']");
    }

    @Test
    void anApiEventMakesTheImplicitRestApi() {
        var resources =
                transform(function("Events: {Get: {Type: Api, Properties: {Path: '/orders/{id}', Method: GET}}}"));
        assertThat(json(resources, "ServerlessRestApi"))
                .contains("\"/orders/{id}\":{\"get\":{\"x-amazon-apigateway-integration\":"
                + "{\"type\":\"aws_proxy\",\"httpMethod\":\"POST\",\"uri\":{\"Fn::Sub\":\"arn:aws:apigateway:"
                + "${AWS::Region}:lambda:path/"
                + "2015-03-31/functions/${F.Arn}/invocations\"}},\"responses\":{}}}");
        assertThat(json(resources, "FGetPermissionProd")).contains("${__ApiId__}/${__Stage__}/GET/orders/*");
        assertThat(json(resources, "ServerlessRestApiProdStage")).contains("\"StageName\":\"Prod\"");
    }

    @Test
    void anotherDefinitionIsAnotherDeployment() {
        var one = transform(function("Events: {Get: {Type: Api, Properties: {Path: /a, Method: get}}}"));
        var same = transform(function("Events: {Get: {Type: Api, Properties: {Path: /a, Method: get}}}"));
        var other = transform(function("Events: {Get: {Type: Api, Properties: {Path: /b, Method: get}}}"));
        assertThat(deployment(one)).matches("ServerlessRestApiDeployment[0-9a-f]{10}").isEqualTo(deployment(same))
                .isNotEqualTo(deployment(other));
        assertThat(json(one, "ServerlessRestApiProdStage")).contains(deployment(one));
    }

    @Test
    void anApiThatIsAlwaysDeployedIsAnotherDeploymentEachTime() {
        var template = """
                Resources:
                  Api:
                    Type: AWS::Serverless::Api
                    Properties: {StageName: prod, AlwaysDeploy: true, DefinitionBody: {openapi: 3.0.1, paths: {}}}
                """;
        assertThat(deployment(transform(template))).matches("ApiDeployment[0-9a-f]{10}")
                .isNotEqualTo(deployment(transform(template)));
    }

    private static String deployment(Map<String, Object> resources) {
        return resources.keySet().stream().filter(id -> id.contains("Deployment")).findFirst().orElseThrow();
    }

    @Test
    void anHttpApiEventWithoutPathIsTheDefaultRoute() {
        var resources =
                transform(function("Events: {All: {Type: HttpApi}, Get: {Type: HttpApi, Properties: {Path: "
                        + "/a, Method: get}}}"));
        assertThat(json(resources, "ServerlessHttpApi")).contains("\"$default\":{\"x-amazon-apigateway-any-method\":")
                .contains("\"isDefaultRoute\":true").contains("\"payloadFormatVersion\":\"2.0\"");
        assertThat(resources).containsKeys("ServerlessHttpApiApiGatewayDefaultStage", "FAllPermission")
                .doesNotContainKey("FGetPermission");
    }

    @Test
    void aScheduleIsARuleThatMayCall() {
        var resources =
                transform(function("Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 "
                        + "day), Enabled: false}}}"));
        assertThat(json(resources, "FDaily"))
                .isEqualTo("{\"ScheduleExpression\":\"rate(1 day)\",\"State\":\"DISABLED\","
                + "\"Targets\":[{\"Arn\":{\"Fn::GetAtt\":[\"F\",\"Arn\"]},\"Id\":\"FDailyLambdaTarget\"}]}");
        assertThat(json(resources, "FDailyPermission")).contains("events.amazonaws.com");
    }

    @Test
    void aQueueIsMappedAndItsPolicyGivenToTheRole() {
        var resources = transform(function("Events: {In: {Type: SQS, Properties: {Queue: 'arn:q', BatchSize: 5}}}"));
        assertThat(json(resources, "FIn"))
                .isEqualTo("{\"FunctionName\":{\"Ref\":\"F\"},\"EventSourceArn\":\"arn:q\",\"BatchSize\":5}");
        assertThat(json(resources, "FRole")).contains("AWSLambdaSQSQueueExecutionRole");
    }

    @Test
    void theVersionBehindAnAliasChangesWithTheCode() {
        var resources = transform(function("AutoPublishAlias: live"));
        assertThat(resources).containsKey("FAliaslive");
        var version = resources.keySet().stream().filter(id -> id.startsWith("FVersion")).findFirst().orElseThrow();
        // SHA-1 of {"S3Bucket":"bucket","S3Key":"key"}
        assertThat(version).isEqualTo("FVersionfb53d5c2e6");
        assertThat(Trees.map(resources.get(version))).containsEntry("DeletionPolicy", "Retain");
    }

    @Test
    void mentionsOfGeneratedResourcesAreResolved() {
        var result = SamTransform.apply(TemplateReader.read(function("AutoPublishAlias: live") + """
                Outputs:
                  Alias: {Value: !Ref F.Alias}
                  Text: {Value: !Sub '${F.Alias}-${F.Arn}'}
                """), Map.of(), "eu-west-1");
        assertThat(JsonText.write(result.get("Outputs")))
                .isEqualTo("{\"Alias\":{\"Value\":{\"Ref\":\"FAliaslive\"}},\"Text\":{\"Value\":{\"Fn::Sub\":\""
                        + "${FAliaslive}-${F.Arn}\"}}}");
    }

    @Test
    void globalsAreMergedUnderTheResourcesOwn() {
        var resources = transform("""
                Globals: {Function: {Timeout: 9, Runtime: python3.14, Layers: [a], Environment: {Variables: {A: 1, B: 2}}}}
                """ + function("Environment: {Variables: {B: 3}}\nLayers: [b]"));
        assertThat(json(resources, "F")).contains("\"Timeout\":9").contains("\"Runtime\":\"nodejs24.x\"")
                .contains("\"Layers\":[\"a\",\"b\"]").contains("\"Variables\":{\"A\":1,\"B\":3}");
        assertThatThrownBy(() -> transform("Globals: {Function: {Nope: 1}}\n" + function("")))
                .hasMessageContaining("'Globals' section is invalid. 'Nope' is not a supported "
                        + "property of 'Function'.");
    }

    @Test
    void aSimpleTableHasAnIdAndAFunctionUrlIsPublic() {
        var resources = transform(function("FunctionUrlConfig: {AuthType: NONE}")
                + "  T: {Type: AWS::Serverless::SimpleTable}\n");
        assertThat(json(resources, "T")).contains("{\"AttributeName\":\"id\",\"KeyType\":\"HASH\"}")
                .contains("PAY_PER_REQUEST");
        assertThat(resources).containsKeys("FUrl", "FUrlPublicPermissions", "FURLInvokeAllowPublicAccess");
    }

    @Test
    void aStateMachineHasItsDefinitionAsTextAndARole() {
        var resources = transform(function("") + """
                  M:
                    Type: AWS::Serverless::StateMachine
                    Properties:
                      Definition: {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt F.Arn, End: true}}}
                      Policies: [{LambdaInvokePolicy: {FunctionName: !Ref F}}]
                      Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
                """.stripTrailing() + "\n");
        assertThat(json(resources, "M")).contains("\"definition_substitution_1\":{\"Fn::GetAtt\":[\"F\",\"Arn\"]}")
                .contains("\\\"Resource\\\": \\\"${definition_substitution_1}\\\"");
        assertThat(json(resources, "MDailyRole")).contains("states:StartExecution");
        assertThat(resources).containsKeys("MRole", "MDaily");
    }

    @Test
    void whatIsOfAnotherTypeThanItShouldBeIsRefused() {
        assertThatThrownBy(() ->
                transform(function("Events: {E: {Type: S3, Properties: {Bucket: !Ref B, Events: 's3:*'}}}")
                + "  B: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: x}}\n"))
                .hasMessageContaining("Resource with id [B] is invalid. Property "
                        + "'NotificationConfiguration' should be a map.");
        assertThatThrownBy(() -> transform(function("Layers: x")))
                .hasMessageContaining("Type of property 'Layers' is invalid.");
        assertThatThrownBy(() -> transform("Resources: {A: {Type: AWS::Serverless::Api, Properties: {StageName: ''}}}"))
                .hasMessageContaining("StageName cannot be empty.");
    }

    @Test
    void eventsAndWhatTheyChangeAreRefusedInSamsWords() {
        var s3 = "Events: {E: {Type: S3, Properties: {Bucket: !Ref B, Events: 's3:*'}}}";
        assertThatThrownBy(() -> transform(function(s3) + "  B: {Type: AWS::S3::Bucket, DependsOn: }\n"))
                .hasMessageContaining("[FE] is invalid. Invalid type for field 'DependsOn'. Expected "
                        + "a string or list of");
        assertThatThrownBy(() -> transform(function(s3) + "  B: {Type: AWS::S3::Bucket, Properties: x}\n"))
                .hasMessageContaining("Resource with id [B] is invalid. Properties should be a map.");
        assertThatThrownBy(() -> transform(function("Events: {A: {Type: Api, Properties: {Path: /}}, "
                + "H: {Type: HttpApi, Properties: {Path: /}}}"))).hasMessageContaining("Number of errors found: 2. "
                + "Resource with id [F] is invalid. Event with id [A] is invalid. Property 'Method' is required. "
                + "Resource with id [F] is invalid. Event with id [H] is invalid. Property 'Method' is required.");
        assertThatThrownBy(() -> transform(function("AutoPublishAlias: live\nDeploymentPreference: {Type: AllAtOnce, "
                + "Alarms: A}"))).hasMessageContaining("Resource with id [F] is invalid. Alarms must be a list");
        assertThatThrownBy(() -> transform("Mappings:\n" + function(""))).hasMessageContaining("Structure of the SAM "
                + "template is invalid. 'Mappings' or 'Parameters' is either null or not a valid dictionary.");
    }

    @Test
    void anAliasThatMovesAllAtOnceNeedsNoDeployment() {
        assertThat(transform(function("AutoPublishAlias: live\nDeploymentPreference: {Type: AllAtOnce}")).toString())
                .contains("AWS::Lambda::Alias").doesNotContain("CodeDeploy");
        assertThatThrownBy(() -> transform(function("DeploymentPreference: {Type: AllAtOnce}")))
                .hasMessageContaining("'DeploymentPreference' requires AutoPublishAlias property to be specified.");
    }

    @Test
    void whatIsNotBuiltIsNamed() {
        for (var template : List.of(
                function("AutoPublishAlias: live\nDeploymentPreference: {Type: Linear10PercentEvery1Minute}"),
                function("AutoPublishAlias: live\nDeploymentPreference: {Type: AllAtOnce, Alarms: [x]}"),
                "Resources: {A: {Type: AWS::Serverless::GraphQLApi}}", "Resources: {A: {Type: AWS::Serverless::Nope}}",
                function("Events: {E: {Type: MSK, Properties: {}}}"), function("Nope: 1"), function("Events: [1]"))) {
            assertThatThrownBy(() -> transform(template)).hasMessageMatching(
                    "(?s).*(is not built in Aloft|property Nope not defined|should be a map).*");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "Resources: {A: {Type: AWS::Serverless::Functoin}}|Resource with id [A] is invalid. The type "
            + "AWS::Serverless::Functoin is not built in Aloft; did you mean AWS::Serverless::Function?",
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: }}|Resource with id [A] is invalid. Attribute "
            + "'Properties' should be a map.",
        "Resources: {A: {Type: AWS::Serverless::SimpleTable, Condition: {Ref: C}}}|Structure of the SAM template is "
            + "invalid. Every Condition member must be a string."})
    void aTemplateThatIsWrongIsToldWhere(String template, String error) {
        assertThatThrownBy(() -> transform(template)).hasMessageEndingWith("errors found: 1. " + error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{Authorizer: [a, 1]}|{Auth: {Authorizers: {a: {}}}}|Unable to set Authorizer [['a', 1]] on API method [get] "
            + "for path [/]. The method authorizer must be a string with a corresponding dict entry in the api "
            + "authorizer.",
        "{OverrideApiAuth: true}|{DefinitionBody: {openapi: 3.0.1, paths: {}}}|Must define one of: Authorizer, "
            + "ApiKeyRequired or ResourcePolicy when using the OverrideApiAuth property."})
    void anEventsAuthThatIsWrongIsNamed(String auth, String api, String error) {
        var event = "Events: {E: {Type: Api, Properties: {Path: /, Method: get, RestApiId: !Ref Api, Auth: "
                + auth + "}}}";
        assertThatThrownBy(() -> transform(function(event) + "  Api: {Type: AWS::Serverless::Api, Properties: "
                + api.replaceFirst("[{]", "{StageName: p, ") + "}\n"))
                .hasMessageContaining("Event with id [E] is invalid. " + error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{E: {Type: SQS, Properties: {}}}|Resource with id [FE] is invalid. Missing required property 'Queue'.",
        "{E: {Type: Kinesis, Properties: {Stream: a}}}|Resource with id [FE] is invalid. Missing required property"
            + " 'StartingPosition'.",
        "{E: {Type: SNS, Properties: {Topic: a, Filters: 1}}}|Resource with id [FE] is invalid. property "
            + "Filters not defined for resource of type SNS",
        "{E: {Type: DynamoDB, Properties: {Stream: a, StartingPosition: LATEST, ConsumerGroupId: "
            + "g}}}|Resource with id [F] is invalid. Event with id [FE] is invalid. Property ConsumerGroupId not "
            + "defined for resource of type DynamoDB.",
        "{E: {Type: DynamoDB, Properties: {Stream: a, StartingPosition: LATEST, DestinationConfig: "
            + "{OnFailure: {Type: X}}}}}|Resource with id [F] is invalid. Event with id [FE] is invalid. The only "
            + "valid values for 'Type' are 'SQS', 'SNS',"
            + " 'S3', and 'Kafka'",
        "{E: {Type: EventBridgeRule, Properties: {Pattern: {}, DeadLetterConfig: {Type: SNS}}}}|Resource with "
            + "id [F] is invalid. Event with id [FE] is invalid. The only valid value for 'Type' property of "
            + "DeadLetterConfig is 'SQS'.",
        "{E: {Type: Schedule, Properties: {Schedule: rate(1 day), DeadLetterConfig: {Type: SQS, "
            + "QueueLogicalId: {a: b}}}}}|Resource with id [F] is invalid. Event with id [FE] is invalid. "
            + "QueueLogicalId must be a string",
        "{E: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day), OmitName: !Ref "
            + "X}}}|Resource with id [FE] is invalid. Type of property 'OmitName' is invalid.",
        "{E: {Type: Queue}}|Resource with id [F] is invalid. Event with id [E] is invalid. Resource dict has "
            + "missing or invalid value for key Type. Event Type is: Queue."})
    void anEventThatIsWrongIsNamedAsSamNamesIt(String events, String error) {
        assertThatThrownBy(() -> transform(function("Events: " + events)))
                .hasMessageEndingWith("errors found: 1. " + error);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "FunctionUrlConfig: {AuthType: NONE, Cors: {AllowOrigin: x}}|AllowOrigin is not a valid property "
                + "for configuring Cors.",
        "FunctionUrlConfig: {AuthType: NONE, Cors: {MaxAge: x}}|MaxAge must be of type int.",
        "EventInvokeConfig: {DestinationConfig: x}|Property 'EventInvokeConfig.DestinationConfig' should be a map.",
        "DeadLetterQueue: {Type: {a: b}, TargetArn: x}|Property 'DeadLetterQueue.Type' should be a string.",
        "VersionDeletionPolicy: Keep|Property 'VersionDeletionPolicy' should be a one of the strings: "
        + "'Delete' or 'Retain'.",
        "VersionDeletionPolicy: Delete|'VersionDeletionPolicy' requires 'AutoPublishAlias'."})
    void aFunctionsSettingThatIsWrongIsNamed(String setting, String error) {
        assertThatThrownBy(() -> transform(function(setting)))
                .hasMessageEndingWith("errors found: 1. Resource with id [F] is invalid. " + error);
    }

    private static final String CONNECTED = """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              F:
                Type: AWS::Serverless::Function
                Properties:
            """ + FUNCTION.indent(6) + """
                  Events:
                    Q: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}
                Connectors:
                  Table: {Properties: {Destination: {Id: T}, Permissions: [Write]}}
              T: {Type: AWS::Serverless::SimpleTable}
              Q: {Type: AWS::SQS::Queue}
              B: {Type: AWS::S3::Bucket, DependsOn: Reading}
              Reading:
                Type: AWS::Serverless::Connector
                Properties: {Source: {Id: Q}, Destination: {Id: F}, Permissions: [Read, Write]}
              Telling:
                Type: AWS::Serverless::Connector
                Properties: {Source: {Id: B}, Destination: [{Id: F}], Permissions: [Write]}
            """;

    @Test
    void connectorsBecomePoliciesAndPermissions() {
        var resources = transform(CONNECTED);
        assertThat(json(resources, "FTablePolicy"))
                .isEqualTo("{\"PolicyDocument\":{\"Version\":\"2012-10-17\",\"Statement\":[{"
                + "\"Effect\":\"Allow\",\"Action\":[\"dynamodb:PutItem\",\"dynamodb:UpdateItem\","
                + "\"dynamodb:DeleteItem\","
                + "\"dynamodb:BatchWriteItem\",\"dynamodb:PartiQLDelete\",\"dynamodb:PartiQLInsert\","
                + "\"dynamodb:PartiQLUpdate\"],"
                + "\"Resource\":[{\"Fn::GetAtt\":[\"T\",\"Arn\"]},{\"Fn::Sub\":[\"${DestinationArn}/index/*\","
                + "{\"DestinationArn\":{\"Fn::GetAtt\":[\"T\",\"Arn\"]}}]}]}]},\"Roles\":[{\"Ref\":\"FRole\"}]}");
        assertThat(JsonText.write(resources.get("FTablePolicy")))
                .contains("{\"aws:sam:connectors\":{\"FTable\":{\"Source\":{"
                + "\"Type\":\"AWS::Serverless::Function\"},\"Destination\":{"
                + "\"Type\":\"AWS::Serverless::SimpleTable\"}}}}");
        assertThat(json(resources, "TellingWriteLambdaPermissionDestination0"))
                .isEqualTo("{\"FunctionName\":{\"Fn::GetAtt\":["
                + "\"F\",\"Arn\"]},\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"s3.amazonaws.com\","
                + "\"SourceArn\":{"
                + "\"Fn::GetAtt\":[\"B\",\"Arn\"]},\"SourceAccount\":{\"Fn::Sub\":\"${AWS::AccountId}\"}}");
        assertThat(Trees.map(resources.get("FQ")).get("DependsOn")).isEqualTo(List.of("ReadingPolicy"));
        assertThat(Trees.map(resources.get("B")).get("DependsOn")).isEqualTo(List.of("ReadingPolicy"));
    }

    @Test
    void connectorsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> transform(CONNECTED.replace("[Read, Write]", "[Read]")))
                .hasMessageContaining("Resource with id ["
                + "Reading] is invalid. Unsupported 'Permissions' provided for connector from AWS::SQS::Queue to"
                + " AWS::Lambda::Function; valid combinations are: Read + Write.");
        assertThatThrownBy(() -> transform(CONNECTED.replace("Destination: {Id: T}", "Destination: {Id: X}")))
                .hasMessageContaining(
                "Resource with id [FTable] is invalid. Unable to find resource with logical ID 'X'.");
        assertThatThrownBy(() -> transform(CONNECTED.replace("[{Id: F}]", "{Id: T}")))
                .hasMessageContaining("Resource with id ["
                + "Telling] is invalid. Unable to create connector from AWS::S3::Bucket to AWS::DynamoDB::Table;"
                + " it's not supported or the template is invalid.");
    }
}
