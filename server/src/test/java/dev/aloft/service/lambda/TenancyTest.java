package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.json;
import static dev.aloft.service.lambda.TestLambda.tail;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Bytes;
import dev.aloft.api.Lambda;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tenant isolation: https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TenancyTest extends RunningLambda {
    private static final String WHO_WAS_HERE = """
            const seen = [];
            exports.handler = async (event, context) => {
              console.log('served');
              seen.push(context.tenantId);
              if (event.fail) throw new Error('again');
              return { tenant: context.tenantId, seen };
            };""";

    private static Lambda.FunctionConfiguration isolated(String name) {
        return test.create(name, "nodejs22.x", "index.handler", Map.of("index.js", WHO_WAS_HERE), r -> r.timeout(20)
                .loggingConfig(Lambda.LoggingConfig.of(l -> l.logFormat("JSON")))
                .tenancyConfig(Lambda.TenancyConfig.of(t -> t.tenantIsolationMode("PER_TENANT"))));
    }

    private static Lambda.InvokeResponse invoke(String function, String tenant, String event, String type) {
        return test.lambda.invoke(caller(), Lambda.InvokeRequest.of(r -> r.functionName(function).tenantId(tenant)
                .invocationType(type).payload(Bytes.of(event.getBytes(StandardCharsets.UTF_8)))));
    }

    private static Object seen(String function, String tenant) {
        return json(invoke(function, tenant, "{}", "RequestResponse")).get("seen");
    }

    @Test
    void anEnvironmentServesOneTenantOnly() {
        assertThat(isolated("shared").tenancyConfig().tenantIsolationMode()).isEqualTo("PER_TENANT");
        assertThat(seen("shared", "blue")).isEqualTo(List.of("blue"));
        assertThat(seen("shared", "green")).isEqualTo(List.of("green"));
        assertThat(seen("shared", "blue")).isEqualTo(List.of("blue", "blue"));
        assertThat(seen("shared", "Blue: a+b@c=d/e.f_g-h")).isEqualTo(List.of("Blue: a+b@c=d/e.f_g-h"));
    }

    @Test
    void anEventMustSayWhoseItIsAndOnlyThere() {
        isolated("strict");
        assertThatThrownBy(() -> invoke("strict", null, "{}", "RequestResponse"))
                .isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your"
                        + " request and try again.");
        assertThatThrownBy(() -> invoke("strict", null, "{}", "Event"))
                .isInstanceOf(Lambda.InvalidParameterValueException.class);
        test.create("plain", "nodejs22.x", WHO_WAS_HERE);
        assertThatThrownBy(() -> invoke("plain", "blue", "{}", "RequestResponse"))
                .isInstanceOf(Lambda.InvalidParameterValueException.class);
    }

    @Test
    void itIsForGoodAndGoesWithoutSomeFeatures() {
        isolated("limited");
        var published = test.lambda.publishVersion(caller(), Lambda.PublishVersionRequest.of(
                r -> r.functionName("limited")));
        assertThat(published.tenancyConfig().tenantIsolationMode()).isEqualTo("PER_TENANT");
        assertThatThrownBy(() -> test.lambda.putProvisionedConcurrencyConfig(caller(),
                Lambda.PutProvisionedConcurrencyConfigRequest.of(r -> r.functionName("limited").qualifier("1")
                        .provisionedConcurrentExecutions(1))))
                .hasMessage("Provisioned concurrency is not supported for functions enabled with tenancy"
                        + " configuration.");
        assertThatThrownBy(() -> test.lambda.createFunctionUrlConfig(caller(), Lambda.CreateFunctionUrlConfigRequest.of(
                r -> r.functionName("limited").authType("NONE"))))
                .hasMessage("Function URL is not supported for functions enabled with tenancy configuration.");
        assertThatThrownBy(() -> test.lambda.updateFunctionConfiguration(caller(),
                Lambda.UpdateFunctionConfigurationRequest.of(r -> r.functionName("limited")
                        .snapStart(Lambda.SnapStart.of(s -> s.applyOn("PublishedVersions"))))))
                .hasMessage("SnapStart is not supported for functions enabled with tenancy configuration.");
    }

    @Test
    void logsSayWhoseEventItWas() {
        isolated("logged");
        var lines = tail(test.lambda.invoke(caller(), Lambda.InvokeRequest.of(
                r -> r.functionName("logged").tenantId("blue").logType("Tail"))));
        assertThat(lines.stream().filter(line -> line.contains("\"tenantId\":\"blue\"")))
                .anyMatch(line -> line.contains("\"platform.start\""))
                .anyMatch(line -> line.contains("\"platform.report\""))
                .anyMatch(line -> line.contains("served"));
    }

    @Test
    void anEventThatIsTriedAgainIsTheSameTenants() {
        isolated("retried");
        invoke("retried", "blue", "{\"fail\":true}", "Event");
        test.time.settle();
        test.time.advance(Duration.ofMinutes(1));
        assertThat(seen("retried", "blue")).isEqualTo(List.of("blue", "blue", "blue"));
        assertThat(seen("retried", "green")).isEqualTo(List.of("green"));
    }

    @Test
    void anEnvironmentThatIsIdleEndsAndAnotherTakesItsPlace() {
        isolated("idle");
        assertThat(seen("idle", "blue")).isEqualTo(List.of("blue"));
        test.time.advance(Duration.ofMinutes(12));
        assertThat(seen("idle", "blue")).isEqualTo(List.of("blue"));
        assertThat(seen("idle", "blue")).isEqualTo(List.of("blue", "blue"));
    }

    @Test
    void moreEnvironmentsThanTwoAndAHalfForEachUnitOfConcurrencyAreThrottled() {
        isolated("crowded");
        test.lambda.putFunctionConcurrency(caller(), Lambda.PutFunctionConcurrencyRequest.of(
                r -> r.functionName("crowded").reservedConcurrentExecutions(1)));
        assertThat(seen("crowded", "a")).isEqualTo(List.of("a"));
        assertThat(seen("crowded", "b")).isEqualTo(List.of("b"));
        assertThatThrownBy(() -> invoke("crowded", "c", "{}", "RequestResponse"))
                .isInstanceOf(Lambda.TooManyRequestsException.class).hasMessage("Rate Exceeded.");
        assertThat(seen("crowded", "a")).isEqualTo(List.of("a", "a"));
    }
}
