package dev.aloft.service.cloudformation.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
    private static Template template(String text) {
        return Template.read(TemplateReader.read(text));
    }

    /** A scope where resource R has Ref {@code R-id} and attributes {@code R.attribute}. */
    private static Object evaluate(String properties) {
        return evaluate(properties, "");
    }

    private static Object evaluate(String value, String sections) {
        var template = template("""
                %s
                Resources:
                  R: {Type: "AWS::SQS::Queue"}
                  Subject:
                    Type: AWS::SQS::Queue
                    Properties:
                      P: %s
                """.formatted(sections, value));
        var properties = new Evaluate(template, new Scope() {
            @Override
            public Object ref(String name) {
                return switch (name) {
                    case "AWS::Region" -> "eu-west-1";
                    case "Env" -> "prod";
                    default -> name + "-id";
                };
            }

            @Override
            public Object attribute(String resource, String attribute) {
                return resource + "." + attribute;
            }

            @Override
            public Object export(String name) {
                return "export of " + name;
            }

            @Override
            public String dynamic(String service, String reference) {
                return service + "=" + reference;
            }
        }).value(template.resources().get("Subject").properties());
        return Trees.map(properties).get("P");
    }

    @Test
    void readsJsonAndYamlToTheSameTree() {
        var json = TemplateReader.read("""
                {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5, "Fifo": true,
                  "Name": {"Fn::Sub": "${A}-q"}, "Dlq": {"Fn::GetAtt": ["D", "Arn"]}}}}}""");
        var yaml = TemplateReader.read("""
                Resources:
                  Q:
                    Type: AWS::SQS::Queue
                    Properties:
                      DelaySeconds: 5
                      Fifo: true
                      Name: !Sub "${A}-q"
                      Dlq: !GetAtt D.Arn
                """);
        assertThat(yaml).isEqualTo(json);
    }

    @Test
    void keepsDatesAndCodesAsText() {
        var tree = TemplateReader.read("A: 2012-10-17\nB: 012345678901\nC: 1.10\nD: yes\nE: '5'\nF: 08:30");
        assertThat(tree).containsEntry("A", "2012-10-17").containsEntry("B", "012345678901").containsEntry("D", "yes")
                .containsEntry("E", "5").containsEntry("F", "08:30");
        assertThat(Trees.text(tree.get("C"))).isEqualTo("1.10");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"Resources": {"A" 1}}        | Template format error: JSON not well-formed. (line 1, column 20)
            {"Resources": {}} x           | Template format error: JSON not well-formed. (line 1, column 19)
            Resources: [a                 | Template format error: YAML not well-formed. (line 1, column 14)
            just text                     | Template format error: unsupported structure.
            Resources: {}                 | Template format error: At least one Resources member must be defined.
            {Resources: {A: 5}}           | Template format error: Any Resources member must be an object.
            {"Resources": {"A": {}}}      | Template format error: [/Resources/A] Every Resources object must contain a Type member.
            {"Resources": {"A-b": {}}}    | Template format error: Resource name A-b is non alphanumeric.
            {"Resources": {"A": {"Type": "T", "Invalid": 1}}} | Invalid template resource property 'Invalid'
            {"Resourcs": {}}              | Invalid template property or properties [Resourcs]
            {"Resources": {"A": {"Type": "T", "Properties": {"P": {"Ref": "B"}}}}} | Template format error: Unresolved resource dependencies [B] in the Resources block of the template
            {"Resources": {"A": {"Type": "T", "DependsOn": "B"}}} | Template format error: Unresolved resource dependencies [B] in the Resources block of the template
            {"Resources": {"A": {"Type": "T", "Properties": {"P": {"Fn::GetAtt": ["B", "Arn"]}}}}} | Template error: instance of Fn::GetAtt references undefined resource B
            {"Resources": {"A": {"Type": "T", "Properties": {"P": {"Fn::GetAtt": ["A"]}}}}} | Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute
            {"Resources": {"A": {"Type": "T"}}, "Outputs": {"O": {"Value": {"Ref": "B"}}}} | Unresolved resource dependencies [B] in the Outputs block of the template
            {"Resources": {"A": {"Type": "T"}}, "Outputs": {"O": {"Value": null}}} | [/Outputs/O/Value] 'null' values are not allowed in templates
            {"Resources": {"A": {"Type": "T"}}, "Outputs": {"O": {}}} | Template format error: Every Outputs member must contain a Value object
            {"Resources": {"A": {"Type": "T"}}, "Mappings": {"M": {"B": {"C": {}}}}} | Template format error: Every Mappings attribute must be a String or a List.
            {"Resources": {"A": {"Type": "T", "Properties": {"P": {"Fn::If": ["C", 1, 2]}}}}} | Template error: unresolved condition dependency C in Fn::If
            {"Resources": {"A": {"Type": "T", "Properties": {"P": {"Ref": "B"}}}, "B": {"Type": "T", "DependsOn": "A"}}} | Circular dependency between resources: [A, B]
            """)
    void refusesInTheWordsOfAws(String text, String message) {
        assertThatThrownBy(() -> template(text)).isInstanceOf(TemplateError.class).hasMessageStartingWith(message);
    }

    @Test
    void refusesAliasesAndDeepNests() {
        assertThatThrownBy(() -> TemplateReader.read("a: &x [1]\nb: *x"))
                .hasMessage("Template format error: YAML aliases are not allowed in CloudFormation templates");
        assertThatThrownBy(() -> TemplateReader.read("a: " + "[".repeat(300) + "]".repeat(300)))
                .hasMessageContaining("nested too deeply");
        assertThatThrownBy(() -> TemplateReader.read("{\"a\":" + "[".repeat(300) + "]".repeat(300) + "}"))
                .hasMessageStartingWith("Template format error: JSON not well-formed.");
    }

    @Test
    void ofAKeyThatStandsTwiceTheLastCounts() {
        assertThat(TemplateReader.read("a: 1\nb: 2\na: 3")).hasToString("{a=3, b=2}");
        assertThat(TemplateReader.read("{\"a\": 1, \"a\": 3}")).hasToString("{a=3}");
    }

    @Test
    void saysWhereATagIsUnknown() {
        assertThatThrownBy(() -> TemplateReader.read("a: 1\nb: !Reff x"))
                .hasMessage("Template format error: YAML not well-formed. (line 2, column 4): unknown tag !Reff");
    }

    @Test
    void computesFunctions() {
        assertThat(evaluate("!Ref R")).isEqualTo("R-id");
        assertThat(evaluate("!GetAtt R.Nested.Attribute")).isEqualTo("R.Nested.Attribute");
        assertThat(evaluate("!Sub 'a ${R} ${R.Arn} ${!Literal} ${AWS::Region}'"))
                .isEqualTo("a R-id R.Arn ${Literal} eu-west-1");
        assertThat(evaluate("!Sub ['${x}/${R}', {x: !Join ['-', [1, true, z]]}]")).isEqualTo("1-true-z/R-id");
        assertThat(evaluate("!Select [1, !Split ['|', 'a|b|c']]")).isEqualTo("b");
        assertThat(evaluate("{'Fn::Base64': hello}")).isEqualTo("aGVsbG8=");
        assertThat(evaluate("!ImportValue vpc")).isEqualTo("export of vpc");
        assertThat(evaluate("!Select [0, !GetAZs '']")).isEqualTo("eu-west-1a");
        assertThat(evaluate("!Cidr [10.0.0.0/16, 3, 8]"))
                .isEqualTo(List.of("10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"));
        assertThat(evaluate("{'Fn::ToJsonString': {a: [1, 'x\"', !Ref R]}}"))
                .isEqualTo("{\"a\":[1,\"x\\\"\",\"R-id\"]}");
        assertThat(evaluate("{a: !Ref AWS::NoValue, b: [!Ref AWS::NoValue, 1]}")).isEqualTo(Map.of("b", List.of(1L)));
        assertThat(evaluate("'{{resolve:ssm:/db/host:1}}!'")).isEqualTo("ssm=/db/host:1!");
    }

    @Test
    void computesConditionsAndMappings() {
        var sections = """
                Parameters: {Env: {Type: String}}
                Conditions:
                  Prod: !Equals [!Ref Env, prod]
                  Not: !Not [!Condition Prod]
                  Both: !And [!Condition Prod, {Condition: Prod}]
                  Any: !Or [!Condition Not, !Equals [a, b]]
                Mappings: {M: {prod: {Size: 3}}}""";
        assertThat(evaluate("!If [Prod, 1, 2]", sections)).isEqualTo(1L);
        assertThat(evaluate("!If [Not, 1, 2]", sections)).isEqualTo(2L);
        assertThat(evaluate("!If [Both, 1, 2]", sections)).isEqualTo(1L);
        assertThat(evaluate("!If [Any, 1, 2]", sections)).isEqualTo(2L);
        assertThat(evaluate("!FindInMap [M, !Ref Env, Size]", sections)).isEqualTo(3L);
        assertThat(evaluate("{Condition: Prod}", sections)).isEqualTo(Map.of("Condition", "Prod"));
        assertThatThrownBy(() -> evaluate("!FindInMap [M, dev, Size]", sections))
                .hasMessage("Template error: Unable to get mapping for M::dev::Size");
    }

    @Test
    void refusesFunctionsThatCannotBeComputed() {
        assertThatThrownBy(() -> evaluate("!Select [3, [a]]"))
                .hasMessage("Template error: Fn::Select  cannot select nonexistent value at index 3");
        assertThatThrownBy(() -> evaluate("!Select [x, [a]]"))
                .hasMessageContaining("Fn::Select requires a list argument");
        assertThatThrownBy(() -> evaluate("{'Fn::Nope': 1}")).hasMessageContaining("unsupported function: Fn::Nope");
        assertThatThrownBy(() -> evaluate("!Cidr [10.0.0.0/30, 9, 8]")).hasMessageContaining("Fn::Cidr");
    }

    @Test
    void ordersResourcesByWhatTheyMention() {
        var template = template("""
                Conditions: {Never: !Equals [a, b]}
                Resources:
                  A: {Type: T, Properties: {P: !Sub '${B.Arn}'}}
                  B: {Type: T, DependsOn: [C]}
                  C: {Type: T, Properties: {P: !If [Never, !Ref A, x]}}
                """.replace("!If [Never, !Ref A, x]", "x"));
        assertThat(new Graph(template, _ -> true).order()).containsExactly("C", "B", "A");
    }

    @Test
    void checksParameterValues() {
        var parameters = template("""
                Parameters:
                  Size: {Type: Number, MinValue: 1, MaxValue: 5}
                  Env: {Type: String, AllowedValues: [dev, prod]}
                  Name: {Type: String, AllowedPattern: '[a-z]+', MinLength: 2, MaxLength: 4}
                  Why: {Type: String, AllowedPattern: a, ConstraintDescription: say a}
                  Subnets: {Type: CommaDelimitedList}
                  Image: {Type: 'AWS::SSM::Parameter::Value<String>'}
                Resources: {R: {Type: T}}
                """).parameters();
        parameters.get("Size").check("3");
        assertThatThrownBy(() -> parameters.get("Size").check("x")).hasMessage("Parameter 'Size' must be a number.");
        assertThatThrownBy(() -> parameters.get("Size").check("6"))
                .hasMessage("Parameter 'Size' must be a number not greater than 5");
        assertThatThrownBy(() -> parameters.get("Env").check("qa"))
                .hasMessage("Parameter 'Env' must be one of AllowedValues");
        assertThatThrownBy(() -> parameters.get("Name").check("a"))
                .hasMessage("Parameter 'Name' must contain at least 2 characters");
        assertThatThrownBy(() -> parameters.get("Name").check("AB"))
                .hasMessage("Parameter 'Name' must match pattern [a-z]+");
        assertThatThrownBy(() -> parameters.get("Why").check("b"))
                .hasMessage("Parameter Why failed to satisfy constraint: say a");
        assertThat(parameters.get("Subnets").meaning("a, b")).isEqualTo(List.of("a", "b"));
        assertThat(parameters.get("Image").stored()).isTrue();
    }

    @Test
    void aPatternThatBacktracksForEverIsStopped() {
        var parameters =
                template("{Parameters: {P: {Type: String, AllowedPattern: '(a+)+b'}}, Resources: {R: {Type: T}}}")
                .parameters();
        assertThatThrownBy(() -> parameters.get("P").check("a".repeat(60))).isInstanceOf(TemplateError.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "CreationPolicy: {ResourceSignal: {Count: 1}} | Resource Q: CreationPolicy is not built in Aloft",
            "UpdatePolicy: {UseOnlineResharding: true} | Resource Q: UpdatePolicy is not built in Aloft",
            "DeletionPolicy: Snapshot | Template error: resource type AWS::SQS::Queue does not support "
            + "deletion policy Snapshot",
            "DeletionPolicy: Forget | Template format error: Unrecognized DeletionPolicy Forget for resource Q"})
    void aPolicyThatWouldHaveNoEffectIsRefused(String attribute, String message) {
        assertThatThrownBy(() -> template("Resources: {Q: {Type: AWS::SQS::Queue, " + attribute + "}}"))
                .hasMessage(message);
    }
}
