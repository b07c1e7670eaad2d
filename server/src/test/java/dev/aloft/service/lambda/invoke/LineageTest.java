package dev.aloft.service.lambda.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Caller;
import dev.aloft.api.Principal;
import org.junit.jupiter.api.Test;

class LineageTest {
    private static final String F = "arn:aws:lambda:eu-central-1:123456789012:function:f";
    private static final String G = "arn:aws:lambda:eu-central-1:123456789012:function:g";
    private static final String ROOT = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=3995c3f42cd8ad82;Sampled=0";

    @Test
    void eachPassThroughAFunctionCounts() {
        assertThat(Lineage.count(null, F)).isZero();
        assertThat(Lineage.count(ROOT, F)).isZero();
        var twice = Lineage.through(Lineage.through(Lineage.through(ROOT, F), G), F);
        assertThat(twice).startsWith(ROOT + ";Lineage=").matches(".*Lineage=[0-9a-f]{8}:1\\|[0-9a-f]{8}:2");
        assertThat(Lineage.count(twice, F)).isEqualTo(2);
        assertThat(Lineage.count(twice, G)).isEqualTo(1);
    }

    @Test
    void servicesThatDoNotCarryTheChainBeginANewOne() {
        var header = Lineage.through(ROOT, F);
        var caller = new Caller("123456789012", "eu-central-1", new Principal.Root("123456789012"), "r", header, 0,
                null, null, null);
        assertThat(Lineage.of(caller)).isEqualTo(header);
        assertThat(Lineage.of(caller.asService("sns.amazonaws.com", null))).isEqualTo(header);
        assertThat(Lineage.of(caller.asService("events.amazonaws.com", null))).isEqualTo(ROOT);
    }
}
