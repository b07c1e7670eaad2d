package dev.aloft.service.cloudformation.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.service.cloudformation.template.Graph;
import dev.aloft.service.cloudformation.template.Template;
import dev.aloft.service.cloudformation.template.TemplateReader;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static Turns turns(String text) {
        var template = Template.read(TemplateReader.read(text));
        return new Turns(new Graph(template, _ -> true), id -> template.resources().get(id).type());
    }

    @Test
    void aFilterWaitsForThePermissionThatNeedsNoMoreThanItDoes() {
        var turns = turns("""
                Resources:
                  Function: {Type: AWS::Lambda::Function, Properties: {Role: role}}
                  Group: {Type: AWS::Logs::LogGroup}
                  Filter:
                    Type: AWS::Logs::SubscriptionFilter
                    Properties: {LogGroupName: !Ref Group, DestinationArn: !GetAtt Function.Arn}
                  Permission:
                    Type: AWS::Lambda::Permission
                    Properties: {FunctionName: !Ref Function, SourceArn: !GetAtt Group.Arn}
                """);
        assertThat(turns.before("Filter")).containsExactlyInAnyOrder("Group", "Function", "Permission");
        assertThat(turns.before("Permission")).containsExactlyInAnyOrder("Group", "Function");
        assertThat(turns.before("Group")).isEmpty();
    }

    @Test
    void aMappingWaitsForThePolicyOfItsFunctionsRole() {
        var turns = turns("""
                Resources:
                  Queue: {Type: AWS::SQS::Queue}
                  Role: {Type: AWS::IAM::Role}
                  Function: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
                  Policy: {Type: AWS::IAM::Policy, Properties: {Roles: [!Ref Role], PolicyDocument: !GetAtt Queue.Arn}}
                  Mapping:
                    Type: AWS::Lambda::EventSourceMapping
                    Properties: {FunctionName: !Ref Function, EventSourceArn: !GetAtt Queue.Arn}
                """);
        assertThat(turns.before("Mapping")).containsExactlyInAnyOrder("Function", "Queue", "Policy");
        assertThat(turns.before("Function")).containsExactly("Role");
    }

    @Test
    void aPermissionThatNeedsMoreHoldsNobodyUp() {
        var turns = turns("""
                Resources:
                  Bucket: {Type: AWS::S3::Bucket, DependsOn: Function}
                  Function: {Type: AWS::Lambda::Function}
                  Permission:
                    Type: AWS::Lambda::Permission
                    Properties: {FunctionName: !Ref Function, SourceArn: !GetAtt Bucket.Arn}
                """);
        assertThat(turns.before("Bucket")).containsExactly("Function");
    }
}
