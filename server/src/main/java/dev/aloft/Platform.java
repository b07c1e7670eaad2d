package dev.aloft;

import dev.aloft.api.Endpoint;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Resources;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.http.FrontDoor;
import dev.aloft.kernel.http.HttpServer;
import dev.aloft.kernel.http.Outbound;
import dev.aloft.kernel.http.Router;
import dev.aloft.kernel.identity.Authorizer;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.identity.Roles;
import dev.aloft.kernel.identity.RootKeys;
import dev.aloft.kernel.identity.Sessions;
import dev.aloft.kernel.identity.Signatures;
import dev.aloft.kernel.image.Contents;
import dev.aloft.kernel.metric.Metrics;
import dev.aloft.kernel.sandbox.Door;
import dev.aloft.kernel.sandbox.Isolation;
import dev.aloft.kernel.sandbox.OwnNetworks;
import dev.aloft.kernel.sandbox.Sandboxes;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.Store;
import dev.aloft.kernel.store.embedded.EmbeddedStore;
import dev.aloft.kernel.time.SystemTime;
import dev.aloft.kernel.time.Time;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.apigateway.ApiGatewayService;
import dev.aloft.service.apigateway.ApiGatewayV2Service;
import dev.aloft.service.autoscaling.AutoScalingService;
import dev.aloft.service.cloudformation.CloudFormationService;
import dev.aloft.service.cloudwatch.CloudWatchService;
import dev.aloft.service.ecr.EcrService;
import dev.aloft.service.events.BusTarget;
import dev.aloft.service.events.EventsService;
import dev.aloft.service.firehose.FirehoseService;
import dev.aloft.service.firehose.FirehoseTarget;
import dev.aloft.service.iam.IamPolicySource;
import dev.aloft.service.dynamodb.DynamoDbService;
import dev.aloft.service.dynamodb.DynamoDbStreamsService;
import dev.aloft.service.iam.IamService;
import dev.aloft.service.iam.StsService;
import dev.aloft.service.kinesis.KinesisService;
import dev.aloft.service.kinesis.KinesisTarget;
import dev.aloft.service.kms.KmsService;
import dev.aloft.service.lambda.LambdaService;
import dev.aloft.service.lambda.LambdaTarget;
import dev.aloft.service.lambda.SignedUrls;
import dev.aloft.service.lambda.invoke.RoleSessions;
import dev.aloft.service.lambda.invoke.RuntimeSources;
import dev.aloft.service.logs.LogsService;
import dev.aloft.service.logs.LogsTarget;
import dev.aloft.service.sqs.SqsService;
import dev.aloft.service.sqs.SqsTarget;
import dev.aloft.service.sns.SnsService;
import dev.aloft.service.sns.SnsTarget;
import dev.aloft.service.pipes.PipesService;
import dev.aloft.service.scheduler.SchedulerService;
import dev.aloft.service.secretsmanager.SecretsManagerService;
import dev.aloft.service.ssm.SsmService;
import dev.aloft.service.s3.S3Service;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The whole product put together, top to bottom. The constructor builds, {@link #start} lets it live, {@link #close}
 * ends it.
 */
public final class Platform implements AutoCloseable {
    static final String VERSION = "0.1.0";

    private final Config config;
    private final Time time;
    private final Store store;
    private final LocalEndpoint endpoint;
    private final Signatures signatures;
    private final Router router;
    private final Workers workers;
    private final Sandboxes sandboxes;
    private final Metrics metrics;
    private final Outbound outbound = new Outbound();
    private final LambdaService lambda;
    private volatile HttpServer http;

    /** The platform on a data folder of this machine. */
    static Platform open(Config config) {
        var store = EmbeddedStore.open(config.data(), config.natives());
        try {
            var keys = KeyFile.open(config.data().resolve("key"));
            return new Platform(config, new SystemTime(), store, new Blobs(config.data().resolve("blobs")), keys);
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    Platform(Config config, Time time, Store store, Blobs blobs, KeyFile keys) {
        this.config = config;
        this.time = time;
        this.store = store;

        var policies = new IamPolicySource(store, keys, time);
        var sessions = new Sessions(keys, time);
        var roles = new Roles(policies, time);
        var rootKeys = new RootKeys(keys);
        rootKeys.writeTo(config.data().resolve("credentials"));
        signatures = new Signatures(policies, sessions, rootKeys, time, config.enforce());
        var authorizer = new Authorizer(policies, time);
        endpoint = new LocalEndpoint(authorizer, store::inTransaction);
        metrics = new Metrics(endpoint, time);
        var targets = new Targets();
        targets.add(new KinesisTarget(endpoint));
        targets.add(new FirehoseTarget(endpoint));
        targets.add(new LambdaTarget(endpoint));
        targets.add(new BusTarget(endpoint));
        targets.add(new LogsTarget(endpoint, time));
        targets.add(new SqsTarget(endpoint));
        targets.add(new SnsTarget(endpoint));
        var resources = new Resources();

        var images = new Contents(config.data().resolve("images"), time);
        var lambdaFolder = config.data().resolve("lambda");
        sandboxes = new Sandboxes(
                config.data().resolve("sandboxes"),
                LambdaService.library(lambdaFolder),
                Isolation.of(config.sandbox()),
                config.exactProcessors(),
                config.network().equals("shared") ? Optional.empty()
                        : Optional.of(new OwnNetworks(new OwnDoor(), config.network().equals("own"))));
        var sources = new RuntimeSources(config.nodePackages(), config.pythonPackages(), config.fetches());
        lambda = new LambdaService(store, blobs, images, sandboxes, lambdaFolder, sources,
                new LambdaService.Quotas(config.concurrency(), config.packageMegabytes() * 1024L * 1024),
                metrics, endpoint, endpoint, targets, new RoleSessions(roles, sessions),
                new SignedUrls(signatures, authorizer), this::url, time);

        var logs = new LogsService(store, time, endpoint, targets, roles::assume);
        var events = new EventsService(store, targets, time, endpoint, authorizer, roles, keys, outbound, metrics,
                logs.vendedLogs(), this::url);
        var scaling = new AutoScalingService(store, time, endpoint, roles, targets);
        targets.add(scaling.target());
        var s3 = new S3Service(store, new Blobs(config.data().resolve("objects")), time, endpoint, targets,
                roles::assume);
        var services = List.<Service>of(
                new CloudFormationService(store, time, endpoint, resources, roles, targets),
                new EcrService(store, images, keys, time, endpoint, signatures::enforced, targets),
                events,
                new SchedulerService(store, targets, metrics, time, endpoint, roles),
                new PipesService(store, targets, events.webServers(), metrics, time, endpoint, roles),
                new IamService(store, keys, time, endpoint, endpoint),
                new SqsService(store, metrics, time, endpoint),
                new KinesisService(store, keys, metrics, time, endpoint),
                new FirehoseService(store, keys, metrics, time, endpoint, roles::assumeForAccount, outbound),
                new SnsService(store, keys, metrics, time, endpoint, targets, roles, outbound, this::url),
                new SecretsManagerService(store, keys, time, endpoint),
                new KmsService(store, keys, time, endpoint, authorizer, targets),
                new SsmService(store, keys, time, endpoint, targets),
                new StsService(store, policies, roles, sessions, time),
                logs,
                new CloudWatchService(store, time, endpoint, targets),
                scaling,
                new DynamoDbService(store, Optional.of(metrics), time, endpoint),
                new DynamoDbStreamsService(store, time, endpoint),
                s3,
                new ApiGatewayService(store, time, endpoint, roles),
                new ApiGatewayV2Service(store, time, endpoint),
                lambda);

        var planes = new ArrayList<DataPlane>();
        var working = new ArrayList<>(List.of(metrics.worker()));
        for (var service : services) {
            endpoint.add(service);
            resources.add(service.resourceTypes());
            planes.addAll(service.dataPlanes());
            working.addAll(service.workers());
        }
        workers = new Workers(time, working);
        router = new Router(services.stream().map(Service::model).toList(), planes, List.of(), this::about,
                s3.crossOrigin());
    }

    /** The listener of this platform, once it listens. */
    private final class OwnDoor implements Door {
        @Override
        public int port() {
            return http.port();
        }

        @Override
        public void enter(SocketChannel connection) throws IOException {
            http.take(connection);
        }
    }

    private Map<String, Object> about() {
        return Map.of(
                "version", VERSION,
                "edition", "aloft",
                "pid", ProcessHandle.current().pid(),
                "data", config.data().toString(),
                "isolation", sandboxes.description(),
                "snapStart", lambda.prepared());
    }

    /** Starts the workers, then the listener. Throws {@link HttpServer.CannotListen} where the port is taken. */
    void start() {
        http = HttpServer.start(config.http(), time, new FrontDoor(router, signatures, endpoint));
        workers.start();
        lambda.start();
        time.start("sandboxes", sandboxes::prepare);
    }

    /** The door, for whoever is inside. */
    public Endpoint endpoint() {
        return endpoint;
    }

    int port() {
        return http.port();
    }

    /** Where functions and people on this machine reach the platform. */
    String url() {
        return "http://" + (config.host().equals("0.0.0.0") ? "127.0.0.1" : config.host()) + ":"
                + (http == null ? config.port() : http.port());
    }

    /** Whether any access key is root still. */
    boolean open() {
        return !signatures.enforced();
    }

    @Override
    public void close() {
        if (http != null) {
            http.close();
        }
        workers.close();
        outbound.close();
        lambda.close();
        metrics.flush();
        sandboxes.close();
        store.close();
    }
}
