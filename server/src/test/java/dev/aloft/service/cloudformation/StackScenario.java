package dev.aloft.service.cloudformation;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.aloft.api.Arn;
import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.api.CloudFormation.CreateStackRequest;
import dev.aloft.api.CloudFormation.DeleteStackRequest;
import dev.aloft.api.CloudFormation.UpdateStackRequest;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.Lambda;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.SecretsManager;
import dev.aloft.api.Ssm;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.call.Event;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.call.Target;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.cloudformation.template.TemplateReader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A CloudFormation of things that live in a map, and what its tests say of its stack {@code s}. */
abstract class StackScenario {
    static final Caller CALLER =
            new Caller("123456789012", "us-east-1", new Principal.Root("123456789012"), "id",
            null, 0, "http://127.0.0.1:4566", "127.0.0.1", null);

    final TestTime time = new TestTime();
    final Store store = new FlakyStore(new MemoryStore());
    final FakeType things = new FakeType();
    final Map<String, String> files = new ConcurrentHashMap<>();
    final List<Map<String, Object>> invocations = new CopyOnWriteArrayList<>();
    final List<String> told = new CopyOnWriteArrayList<>();
    volatile boolean killsBeforeInvocation;
    volatile Runnable meanwhile = () -> { };
    CloudFormation cloudFormation;
    DataPlane answers;
    DataPlane signals;
    Workers workers;

    /** A platform on the store: what a restart after a crash is. */
    @BeforeEach
    void start() {
        var endpoint = new LocalEndpoint((_, _, _, _) -> { }, store::inTransaction);
        var types = new Resources();
        types.add(List.of(things));
        var service = new CloudFormationService(store, time, this::outside, types, new Roles(null, time), targets());
        answers = service.dataPlanes().getFirst();
        signals = service.dataPlanes().getLast();
        types.add(service.resourceTypes());
        endpoint.add(service);
        cloudFormation = CloudFormation.at(endpoint);
        workers = new Workers(time, service.workers());
        workers.start();
        time.settle();
    }

    /** The event bus, which notes what is told of stacks. */
    Targets targets() {
        var targets = new Targets();
        targets.add(new Target() {
            @Override
            public String service() {
                return "events";
            }

            @Override
            public void deliver(Caller caller, Arn target, Event event) {
                told.add(target + " " + new String(event.body(), UTF_8));
            }
        });
        return targets;
    }

    /** S3 with the files above, and a function that notes what it is told. */
    Shape outside(Operation operation, Caller caller, Shape input) {
        if (operation == S3.GET_OBJECT) {
            var request = (S3.GetObjectRequest) input;
            return S3.GetObjectResponse.of(r -> r.body(Body.of(files.get(request.bucket() + "/" + request.key()))));
        }
        if (operation == SecretsManager.GET_SECRET_VALUE) {
            var asked = (SecretsManager.GetSecretValueRequest) input;
            return SecretsManager.GetSecretValueResponse.of(r -> r.secretString(
                    asked.versionStage() == null ? "{\"size\": 7, \"id\": \"" + asked.secretId() + "\"}" : "plain"));
        }
        if (operation == Ssm.GET_PARAMETER) {
            meanwhile.run();
            return Ssm.GetParameterResponse.of(r -> r.parameter(Ssm.Parameter.of(p -> p.value("told"))));
        }
        if (killsBeforeInvocation) {
            killsBeforeInvocation = false;
            throw new FakeType.Killed();
        }
        invocations.add(TemplateReader.read(new String(((Lambda.InvokeRequest) input).payload().array(), UTF_8)));
        return Lambda.InvokeResponse.of(r -> r.statusCode(202));
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    static String thing(String id, String properties) {
        return "  " + id + ": {Type: Test::Thing, Properties: {" + properties + "}}\n";
    }

    static String template(String... things) {
        return "Resources:\n" + String.join("", things);
    }

    CloudFormation.Stack create(String template) {
        return create(template, _ -> { });
    }

    CloudFormation.Stack create(String template, Consumer<CreateStackRequest.Builder> with) {
        cloudFormation.createStack(CALLER,
                CreateStackRequest.of(r -> with.accept(r.stackName("s").templateBody(template))));
        time.settle();
        return stack("s");
    }

    CloudFormation.Stack update(String template) {
        return update(template, _ -> { });
    }

    CloudFormation.Stack update(String template, Consumer<UpdateStackRequest.Builder> with) {
        cloudFormation.updateStack(CALLER,
                UpdateStackRequest.of(r -> with.accept(r.stackName("s").templateBody(template))));
        time.settle();
        return stack("s");
    }

    CloudFormation.Stack delete() {
        var arn = stack("s").stackId();
        cloudFormation.deleteStack(CALLER, DeleteStackRequest.of(r -> r.stackName("s")));
        time.settle();
        return stack(arn);
    }

    CloudFormation.Stack stack(String name) {
        return cloudFormation.describeStacks(CALLER, CloudFormation.DescribeStacksRequest.of(r -> r.stackName(name)))
                .stacks().getFirst();
    }

    List<String> statuses(String stack) {
        return cloudFormation
                .describeStackEvents(CALLER, CloudFormation.DescribeStackEventsRequest.of(r -> r.stackName(stack)))
                .stackEvents().reversed().stream().filter(e -> e.resourceType().equals("AWS::CloudFormation::Stack"))
                .map(CloudFormation.StackEvent::resourceStatus).toList();
    }

    CloudFormation.StackResource resource(String id) {
        return cloudFormation.describeStackResources(CALLER, CloudFormation.DescribeStackResourcesRequest.of(r -> r
                .stackName("s").logicalResourceId(id))).stackResources().getFirst();
    }
}
