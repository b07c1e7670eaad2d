package dev.aloft.kernel.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Principal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {
    private static final Principal.User ANN =
        new Principal.User("arn:aws:iam::111122223333:user/ann", "AIDAANN", "ann");

    private static Policy.Verdict judge(String statements, String action, String resource) {
        var document = "{\"Version\":\"2012-10-17\",\"Statement\":" + statements + "}";
        return Policy.of(document, Policy.Kind.IDENTITY).judge(ANN, action, resource, key -> null);
    }

    private static boolean allows(String statement, String action, String resource) {
        return judge(statement, action, resource).allows() != Principals.Match.NONE;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"Effect":"Allow","Action":"s3:Get*"} | Policy statement must contain resources.
        {"Effect":"Allow","Resource":"*"} | Policy statement must contain actions.
        {"Effect":"Perhaps","Action":"*","Resource":"*"} | Syntax errors in policy.
        {"Effect":"Allow","Action":"*","Resource":"*","Extra":1} | Syntax errors in policy.
        {"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"} | Syntax errors in policy.
        {"Effect":"Allow","Action":"GetObject","Resource":"*"} | Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.
        {"Effect":"Allow","Action":"s3:a:b","Resource":"*"} | Actions/Condition can contain only one colon.
        {"Effect":"Allow","Action":"s 3:a","Resource":"*"} | Vendor s 3 is not valid
        {"Effect":"Allow","Action":"*","Resource":"bucket"} | Resource bucket must be in ARN format or "*".
        {"Effect":"Allow","Action":"*","Resource":"arn:moon:s3:::b"} | Partition "moon" is not valid for resource "arn:moon:s3:::b".
        {"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"} | Policy document should not specify a principal.
        {"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Looks":{"a":"b"}}} | Invalid Condition type : Looks.
        [{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"*","Resource":"*"}] | Statement IDs (SID) in a single policy must be unique.
        [] | Syntax errors in policy.
        """, quoteCharacter = '`')
    void aMalformedDocumentIsToldAsAwsTellsIt(String statement, String message) {
        assertThatThrownBy(() -> judge(statement, "s3:GetObject", "*"))
            .isInstanceOf(Policy.Malformed.class).hasMessage(message);
    }

    @Test
    void whatIsNoJsonOrOfAnotherVersionIsRefused() {
        assertThatThrownBy(() -> Policy.of("{", Policy.Kind.IDENTITY)).hasMessage("This policy contains invalid Json");
        assertThatThrownBy(() -> Policy.of("{\"Version\":\"2020-01-01\",\"Statement\":[]}", Policy.Kind.IDENTITY))
            .hasMessage("Policy document must be version 2012-10-17 or greater.");
    }

    @Test
    void aTrustPolicyNamesPrincipalsAndNoResource() {
        assertThatThrownBy(() -> Policy.of("""
            {"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}""", Policy.Kind.TRUST))
            .hasMessage("Missing required field Principal");
        assertThatThrownBy(() -> Policy.of("""
            {"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}}""", Policy.Kind.TRUST))
            .hasMessage("Has prohibited field Resource");
        assertThatThrownBy(() -> Policy.of("""
            {"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}}""", Policy.Kind.TRUST))
            .hasMessage("AssumeRole policy may only specify STS AssumeRole actions.");
        assertThatThrownBy(() -> Policy.of("""
            {"Statement":{"Effect":"Allow","Principal":{"AWS":"me"},"Action":"sts:AssumeRole"}}""", Policy.Kind.TRUST))
            .hasMessage("Invalid principal in policy: \"AWS\":\"me\"");
        assertThatThrownBy(() -> Policy.of("""
            {"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/*"},"Action":"sts:AssumeRole"}}""",
            Policy.Kind.TRUST)).hasMessage("Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:role/*\"");
    }

    @Test
    void actionsMatchWithoutCaseAndWithWildcards() {
        var statement = "{\"Effect\":\"Allow\",\"Action\":[\"S3:get*\",\"sqs:?endMessage\"],\"Resource\":\"*\"}";
        assertThat(allows(statement, "s3:GetObject", "arn:aws:s3:::b/k")).isTrue();
        assertThat(allows(statement, "sqs:SendMessage", "*")).isTrue();
        assertThat(allows(statement, "s3:PutObject", "arn:aws:s3:::b/k")).isFalse();
        assertThat(allows("{\"Effect\":\"Allow\",\"NotAction\":\"iam:*\",\"Resource\":\"*\"}", "s3:GetObject", "*"))
            .isTrue();
        assertThat(allows("{\"Effect\":\"Allow\",\"NotAction\":\"iam:*\",\"Resource\":\"*\"}", "iam:GetRole", "*"))
            .isFalse();
    }

    @Test
    void aWildcardOfAResourceStaysWithinItsPartOfTheArn() {
        var statement =
            "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:lambda:*:111122223333:function:a*\"}";
        assertThat(allows(statement, "lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:abc"))
            .isTrue();
        assertThat(allows(statement, "lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:999999999999:function:abc"))
            .isFalse();
        assertThat(allows(statement, "lambda:InvokeFunction", "arn:aws:lambda:x:y:111122223333:function:abc"))
            .isFalse();
        assertThat(allows(statement, "lambda:ListFunctions", "*")).isFalse();
        var except = "{\"Effect\":\"Allow\",\"Action\":\"*\",\"NotResource\":\"arn:aws:s3:::secret/*\"}";
        assertThat(allows(except, "s3:GetObject", "arn:aws:s3:::secret/x")).isFalse();
        assertThat(allows(except, "s3:GetObject", "arn:aws:s3:::open/x")).isTrue();
    }

    @Test
    void aDenyAfterAnAllowStillDenies() {
        var verdict = judge("""
            [{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"s3:Delete*","Resource":"*"}]""",
            "s3:DeleteObject", "arn:aws:s3:::b/k");
        assertThat(verdict.denies()).isTrue();
    }

    @Test
    void variablesNeedTheVersionThatHasThem() {
        var statement = "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:aws:s3:::home/${aws:username}\"}";
        var old = Policy.of("{\"Version\":\"2008-10-17\",\"Statement\":" + statement + "}", Policy.Kind.IDENTITY);
        Keys keys = key -> key.equals("aws:username") ? List.of("ann") : null;
        assertThat(old.judge(ANN, "s3:GetObject", "arn:aws:s3:::home/ann", keys).allows())
            .isEqualTo(Principals.Match.NONE);
        var current = Policy.of("{\"Version\":\"2012-10-17\",\"Statement\":" + statement + "}", Policy.Kind.IDENTITY);
        assertThat(current.judge(ANN, "s3:GetObject", "arn:aws:s3:::home/ann", keys).allows())
            .isEqualTo(Principals.Match.EXACT);
    }
}
