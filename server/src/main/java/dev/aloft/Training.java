package dev.aloft;

import dev.aloft.api.ApiError;
import dev.aloft.api.ApiGatewayV2;
import dev.aloft.api.Caller;
import dev.aloft.api.Logs;
import dev.aloft.api.Principal;
import dev.aloft.kernel.time.SystemTime;
import dev.aloft.wire.Credentials;
import dev.aloft.wire.HttpEndpoint;
import java.net.URI;

/** The calls that a new platform is likely to get first, so that their classes are in the start-up cache. */
final class Training {
    private Training() {}

    static void run(int port) {
        var base = URI.create("http://127.0.0.1:" + port);
        try (var endpoint = new HttpEndpoint(base, new Credentials("aloft", "aloft", null), new SystemTime())) {
            var caller = new Caller("", "us-east-1", new Principal.Anonymous(), "train", null, 0, base.toString(), null, null);
            Logs.at(endpoint).describeLogGroups(caller, Logs.DescribeLogGroupsRequest.of(r -> {}));
            ApiGatewayV2.at(endpoint).getApis(caller, ApiGatewayV2.GetApisRequest.of(r -> {}));
        } catch (ApiError e) {
            // Whatever a call answers, it has done its part.
        }
    }
}
