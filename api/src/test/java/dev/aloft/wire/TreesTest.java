package dev.aloft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Iam;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreesTest {
    @SuppressWarnings("unchecked")
    private static Map<String, Object> json(String text) {
        return (Map<String, Object>) JsonReader.tree(text.replace('\'', '"'));
    }

    @Test
    void documentsBecomeShapesAndBack() {
        var tree = json("{'TableName':'t','Item':{'a':{'L':[{'N':'1'},{'B':'AQI='}]}},'ReturnValues':'NONE'}");
        var input = (DynamoDb.PutItemRequest) Trees.read(DynamoDb.PUT_ITEM.input(), tree);
        assertThat(input.item().get("a")).isInstanceOf(DynamoDb.AttributeValue.L.class);
        assertThat(Trees.of(input)).isEqualTo(tree);
    }

    @Test
    void aMemberThatTheModelDoesNotKnowIsNamed() {
        var tree = json("{'Code':{'S3Buket':'b'}}");
        assertThatThrownBy(() -> Trees.read(Lambda.CREATE_FUNCTION.input(), tree))
                .isInstanceOf(ApiError.class)
                .hasMessageContaining("Code.S3Buket");
    }

    @Test
    void templatePropertiesAreReadLeniently() {
        var unknown = new ArrayList<String>();
        var tree = json("{'functionName':'f','MemorySize':'512','Publish':'true','Environment':{'Variables':"
                + "{'A':1,'B':true}},'VpcConfig':{'Ipv7':1},'Layers':['x']}");
        var input = (Lambda.CreateFunctionRequest) Trees.lenient(
                Lambda.CREATE_FUNCTION.input(), tree, unknown::add);
        assertThat(input.functionName()).isEqualTo("f");
        assertThat(input.memorySize()).isEqualTo(512);
        assertThat(input.publish()).isTrue();
        assertThat(input.environment().variables()).isEqualTo(Map.of("A", "1", "B", "true"));
        assertThat(unknown).isEqualTo(List.of("VpcConfig.Ipv7"));
    }

    @Test
    void policiesInTemplatesBecomeText() {
        var tree = json("{'RoleName':'r','AssumeRolePolicyDocument':{'Version':'2012-10-17'}}");
        var input = (Iam.CreateRoleRequest) Trees.lenient(Iam.CREATE_ROLE.input(), tree, _ -> {});
        assertThat(input.assumeRolePolicyDocument()).isEqualTo("{\"Version\":\"2012-10-17\"}");
    }

    @Test
    void whatCannotBeReadIsToldWithItsPath() {
        var tree = json("{'MemorySize':'big'}");
        assertThatThrownBy(() -> Trees.lenient(Lambda.CREATE_FUNCTION.input(), tree, _ -> {}))
                .hasMessage("Value of property MemorySize must be of type Integer");
    }
}
