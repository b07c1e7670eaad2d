package dev.aloft.service.cloudformation.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageExtensionsTest {
    private static Map<String, Object> applied(String text, Map<String, String> parameters) {
        return LanguageExtensions.apply(TemplateReader.read(text), parameters,
                name -> name.equals("AWS::Region") ? "us-east-1" : null);
    }

    private static void assertSame(String text, String wanted) {
        assertThat(applied(text, Map.of())).isEqualTo(TemplateReader.read(wanted));
    }

    @Test
    void aLoopIsWrittenOut() {
        assertSame("""
                Resources:
                  Fn::ForEach::Topics:
                    - Name
                    - [Success, Failure-2]
                    - 'Topic&{Name}':
                        Type: AWS::SNS::Topic
                        Properties: {TopicName: !Ref Name, DisplayName: !Sub '${Name} of ${AWS::Region}', A: '${Name}'}
                  Queue: {Type: AWS::SQS::Queue}
                Outputs:
                  Fn::ForEach::Arns:
                    - Name
                    - [Success]
                    - 'Arn${Name}': {Value: !GetAtt [!Sub 'Topic${Name}', TopicArn]}
                """, """
                Resources:
                  TopicSuccess:
                    Type: AWS::SNS::Topic
                    Properties: {TopicName: Success, DisplayName: !Sub 'Success of ${AWS::Region}', A: '${Name}'}
                  TopicFailure2:
                    Type: AWS::SNS::Topic
                    Properties: {TopicName: Failure-2, DisplayName: !Sub 'Failure-2 of ${AWS::Region}', A: '${Name}'}
                  Queue: {Type: AWS::SQS::Queue}
                Outputs:
                  ArnSuccess: {Value: !GetAtt [TopicSuccess, TopicArn]}
                """);
    }

    @Test
    void loopsStandInEachOtherAndInProperties() {
        assertSame("""
                Resources:
                  Fn::ForEach::Outer:
                    - A
                    - [x, y]
                    - Fn::ForEach::Inner:
                        - B
                        - ['1', '2']
                        - 'Q${A}${B}':
                            Type: AWS::SQS::Queue
                            Properties:
                              Fn::ForEach::Each: [P, [QueueName], {'${P}': !Sub '${A}-${B}'}]
                """, """
                Resources:
                  Qx1: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub x-1}}
                  Qx2: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub x-2}}
                  Qy1: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub y-1}}
                  Qy2: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub y-2}}
                """);
    }

    @Test
    void aCollectionMayBeAParameterOrOfAMapping() {
        var text = """
                Parameters: {Names: {Type: CommaDelimitedList, Default: 'a,b'}}
                Mappings: {M: {us-east-1: {Names: [c, d]}}}
                Resources:
                  Fn::ForEach::One: [N, !Ref Names, {'A${N}': {Type: AWS::SQS::Queue}}]
                  Fn::ForEach::Two: [N, !FindInMap [M, !Ref 'AWS::Region', Names], {'B${N}': {Type: AWS::SQS::Queue}}]
                """;
        assertThat(Trees.map(applied(text, Map.of()).get("Resources")).keySet())
                .containsExactly("Aa", "Ab", "Bc", "Bd");
        assertThat(Trees.map(applied(text, Map.of("Names", "z")).get("Resources")).keySet())
                .containsExactly("Az", "Bc", "Bd");
    }

    @Test
    void conditionsAndPoliciesMayBeFunctions() {
        var resources = Trees.map(applied("""
                Parameters: {Stage: {Type: String, Default: prod}}
                Conditions:
                  Fn::ForEach::Is: [S, [prod, test], {'Is${S}': !Equals [!Ref Stage, !Ref S]}]
                Resources:
                  Fn::ForEach::Q:
                    - S
                    - [prod]
                    - 'Q${S}':
                        Type: AWS::SQS::Queue
                        Condition: !Sub 'Is${S}'
                        DependsOn: [!Sub 'R${S}']
                        DeletionPolicy: !If [Isprod, Retain, Delete]
                """, Map.of()).get("Resources"));
        assertThat(Trees.map(resources.get("Qprod"))).containsEntry("Condition", "Isprod")
                .containsEntry("DependsOn", List.of("Rprod")).containsEntry("DeletionPolicy", "Retain");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[N, [a]]", "{}", "[N, [a], x]", "[[N], [a], {'A${N}': {}}]"})
    void aLoopOfAnotherFormIsRefused(String loop) {
        assertThatThrownBy(() -> applied("Resources: {'Fn::ForEach::L': " + loop + "}", Map.of()))
                .isInstanceOf(TemplateError.class)
                .hasMessage("Transform AWS::LanguageExtensions failed with: Fn::ForEach layout is incorrect");
    }

    @Test
    void whatIsKnownOnlyLaterIsNoCollection() {
        assertThatThrownBy(() -> applied("Resources: {'Fn::ForEach::L': [N, !GetAtt A.B, {'A${N}': {}}]}", Map.of()))
                .isInstanceOf(TemplateError.class).hasMessage("Transform AWS::LanguageExtensions failed with: Could not"
                        + " find a collection or could not be resolved for Fn::ForEach");
    }
}
