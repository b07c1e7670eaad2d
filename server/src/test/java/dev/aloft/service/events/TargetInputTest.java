package dev.aloft.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.Events;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a target is sent, as it was recorded on AWS. */
class TargetInputTest extends EventsFixture {
    private static final String DETAIL = """
        {"command":"update-account","payload":{"acc_id":"0a787ecb-4015","sf_id":"baz"},"listsingle":["HIGH"],\
        "listmulti":["ACTIVE","INACTIVE"],"valid":true,"quote":"say \\"hi\\"","items":[{"n":1},{"n":2}]}""";
    private static final Map<String, String> PATHS = Map.of("userId", "$.detail.payload.acc_id", "payload",
            "$.detail.payload",
        "systemstring", "$.detail.awsAccountId", "listsingle", "$.detail.listsingle", "listmulti", "$.detail.listmulti",
        "valid", "$.detail.valid", "quote", "$.detail.quote", "second", "$.detail.items[1].n", "all",
                "$.detail.items[*].n");

    private void putWith(Events.Target target) {
        rule(null, "r", "{\"source\":[\"shop\"]}");
        target(null, "r", target);
        put(ROOT, null, "shop", DETAIL);
        time.settle();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "{\"path\": \"users/<userId>\", \"bod\": <payload>} ~ {\"path\": \"users/0a787ecb-4015\","
            + " \"bod\": {\"acc_id\":\"0a787ecb-4015\",\"sf_id\":\"baz\"}}",
        "{\"id\" : <userId>} ~ {\"id\" : \"0a787ecb-4015\"}",
        "{\"id\" : \"<userId>\"} ~ {\"id\" : \"0a787ecb-4015\"}",
        "{\"many\": \"users/<userId>/second/<userId>\"} ~ {\"many\": \"users/0a787ecb-4015/second/0a787ecb-4015\"}",
        "{\"list\": <listsingle>} ~ {\"list\": [\"HIGH\"]}",
        "{\"said\": \"<quote>\", \"second\": <second>, \"all\": <all>} ~ {\"said\": \"say \\\"hi\\\"\", \"second\": "
        + "2, \"all\": [1,2]}",
        "\"<listsingle> single\" ~ \"[HIGH] single\"",
        "\"<listmulti> multiple\" ~ \"[ACTIVE,INACTIVE] multiple\"",
        "\"Payload of <payload> with path users/<userId>\" ~ \"Payload of {acc_id:0a787ecb-4015,sf_id:baz} with path "
        + "users/0a787ecb-4015\"",
        "\"<systemstring> system account id\" ~ \" system account id\"",
        "\"Command is <valid>!\" ~ \"Command is true!\"",
        "\"<aws.events.rule-name> <aws.events.rule-arn> <aws.events.event.ingestion-time>\""
            + " ~ \"r arn:aws:events:us-east-1:111122223333:rule/r 2026-01-01T00:00:00Z\"",
    })
    void templatesAreFilled(String template, String filled) {
        putWith(transformed(template));
        assertThat(bodies(QUEUE)).containsExactly(filled);
    }

    private static Events.Target transformed(String template) {
        return Events.Target.of(t -> t.id("1").arn(QUEUE).deadLetterConfig(Events.DeadLetterConfig.of(d -> d.arn(DEAD)))
            .inputTransformer(Events.InputTransformer.of(i -> i.inputPathsMap(PATHS).inputTemplate(template))));
    }

    @Test
    void theWholeEventHasAPlaceInATemplate() {
        putWith(transformed("{\"brief\": <aws.events.event>, \"whole\": <aws.events.event.json>}"));
        var body = delivered.getFirst().json();
        assertThat(((Map<?, ?>) body.get("brief")).keySet()).map(Object::toString)
            .containsExactly("id", "account", "detailType", "time", "source", "region", "resources", "version");
        assertThat(((Map<?, ?>) body.get("whole")).get("detail-type")).isEqualTo("Happened");
    }

    @Test
    void aTemplateThatBecomesNoJsonIsNotDelivered() {
        putWith(transformed("{\"payload\": \"<payload>\"}"));
        assertThat(delivered).singleElement().satisfies(letter -> {
            assertThat(letter.target()).isEqualTo(DEAD);
            assertThat(letter.event().attributes().get("ERROR_CODE").value()).isEqualTo("INVALID_JSON");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', value = {
        "$.detail.payload ~ {\"acc_id\":\"0a787ecb-4015\",\"sf_id\":\"baz\"}",
        "$.detail.payload.sf_id ~ \"baz\"",
        "$.detail.gone ~ {}",
    })
    void aPartIsPicked(String path, String body) {
        putWith(Events.Target.of(t -> t.id("1").arn(QUEUE).inputPath(path)));
        assertThat(bodies(QUEUE)).containsExactly(body);
    }

    @Test
    void aFixedInputIsSentAsItIs() {
        putWith(Events.Target.of(t -> t.id("1").arn(QUEUE).input("{ \"a\" : 1 }")));
        assertThat(bodies(QUEUE)).containsExactly("{ \"a\" : 1 }");
    }
}
