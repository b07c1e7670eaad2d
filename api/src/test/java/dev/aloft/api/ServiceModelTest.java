package dev.aloft.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServiceModelTest {
    @Test
    void whatRoutingNeedsIsKnownBeforeTheModelIsRead() {
        var model = ServiceModel.load(ServiceModelTest.class, "nowhere.model.json",
                "{\"serviceId\":\"Queues\",\"protocol\":\"json\",\"targetPrefix\":\"Q\"}", null);
        var send = model.generated(0, "Send");

        assertThat(model.serviceId()).isEqualTo("Queues");
        assertThat(model.targetPrefix()).isEqualTo("Q");
        assertThat(model.operation("Send")).isSameAs(send);
        assertThat(send.built()).isTrue();
        assertThatThrownBy(send::input).hasMessageContaining("no service model nowhere.model.json");
        assertThatThrownBy(() -> model.operation("Receive")).hasMessageContaining("no service model");
    }

    @Test
    void operationsThatAreNotBuiltAreKnownByName() {
        var sts = Sts.MODEL;

        assertThat(sts.operation("AssumeRole")).isSameAs(Sts.ASSUME_ROLE);
        assertThat(sts.operation("AssumeRoot").built()).isFalse();
        assertThat(sts.operation("AssumeRoot").input().members()).isEmpty();
        assertThat(sts.operation("AssumeNothing")).isNull();
        assertThat(sts.operations()).containsKeys("AssumeRole", "AssumeRoot").containsValue(Sts.ASSUME_ROLE);
    }

    @Test
    void aShapeMayHoldItself() {
        var model = ServiceModel.of(Map.of("shapes", Map.of(
                "Tree", Map.of("type", "structure", "members", Map.of("children", Map.of("shape", "Trees"))),
                "Trees", Map.of("type", "list", "member", Map.of("shape", "Tree")))));

        var tree = model.structure("Tree");

        assertThat(((Schema.ListOf) tree.member("children").target()).element().target()).isSameAs(tree);
        assertThat(tree.members()).extracting(Schema.Member::name).isEqualTo(List.of("children"));
    }
}
