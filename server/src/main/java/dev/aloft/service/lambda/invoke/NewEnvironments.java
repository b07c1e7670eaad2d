package dev.aloft.service.lambda.invoke;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.Principal;
import dev.aloft.kernel.sandbox.Sandbox;
import dev.aloft.kernel.sandbox.SandboxException;
import dev.aloft.kernel.time.Time;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Makes execution environments: a sandbox with the function's code, its variables, credentials and log. */
final class NewEnvironments {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy/MM/dd").withZone(ZoneOffset.UTC);

    private final Spares spares;
    private final Runtimes runtimes;
    private final Path library;
    private final ExecutionRoles roles;
    private final LogShipper shipper;
    private final Overdue overdue;
    private final Endpoint endpoint;
    private final Supplier<String> endpointUrl;
    private final Time time;
    private final ParametersPorts parametersPorts = new ParametersPorts();

    NewEnvironments(Spares spares, Runtimes runtimes, Path library, ExecutionRoles roles, LogShipper shipper,
            Overdue overdue, Endpoint endpoint, Supplier<String> endpointUrl, Time time) {
        this.spares = spares;
        this.runtimes = runtimes;
        this.library = library;
        this.roles = roles;
        this.shipper = shipper;
        this.overdue = overdue;
        this.endpoint = endpoint;
        this.endpointUrl = endpointUrl;
        this.time = time;
    }

    /** Lambda itself, with no caller behind it. */
    Caller itself(FunctionVersion version) {
        return new Caller(version.account(), version.region(), lambda(version), UUID.randomUUID().toString(), null, 0,
                endpointUrl.get(), null, null);
    }

    private static Principal lambda(FunctionVersion version) {
        return new Principal.Service("lambda.amazonaws.com", version.functionArn());
    }

    Environment make(FunctionVersion version, Caller caller, Runtimes.Runtime runtime, Pool pool) {
        return make(version, caller, runtime, pool, true);
    }

    /** @param logged whether what its processes write goes to the function's log */
    Environment make(FunctionVersion version, Caller caller, Runtimes.Runtime runtime, Pool pool, boolean logged) {
        Sandbox sandbox = sandbox(runtime);
        try {
            Optional<Failure> problem = problem(version);
            if (problem.isEmpty()) {
                Launch.prepare(version, runtime, library, sandbox);
            }
            return environment(version, caller, runtime, pool, logged, sandbox, problem);
        } catch (IOException e) {
            sandbox.kill();
            throw new Lambda.ServiceException("The execution environment could not be made: " + e.getMessage());
        } catch (ApiError refused) {
            sandbox.kill();
            throw refused;
        }
    }

    private Environment environment(FunctionVersion version, Caller caller, Runtimes.Runtime runtime, Pool pool,
            boolean logged, Sandbox sandbox, Optional<Failure> problem) throws IOException {
        var lambda = new Caller(version.account(), version.region(), lambda(version), caller.requestId(),
                caller.trace(), caller.depth() + 1, caller.endpoint(), null, null);
        ExecutionRoles.Session session = session(lambda, version);
        String stream = DAY.format(time.instant()) + "/[" + version.version() + "]" + RandomHex.of(16);
        Optional<RestoredCredentials> restored = pool.initialization() == Initialization.SNAP_START
                ? Optional.of(new RestoredCredentials(RandomHex.of(32), () -> session(lambda, version)))
                : Optional.empty();
        var variables = new Variables(version, pool.initialization(), session, stream, endpointUrl.get(), restored);
        String token = restored.map(RestoredCredentials::token).orElse(session.sessionToken());
        var parameters = version.parameters()
                ? Optional.of(new Parameters(version, session, token, endpoint, parametersPorts, time))
                : Optional.<Parameters>empty();
        var launch = new Launch(version, runtime, problem, library, sandbox, variables, parameters);
        boolean marks = runtime.over() == Runtimes.Over.PIPES && Runtimes.wrapper(version).isEmpty();
        var log = new EnvironmentLog(time, version, marks, shipper::written);
        if (logged) {
            shipper.register(log, new LogShipper.Stream(session.caller(), version.logGroup(), stream));
        }
        return new Environment(version, launch, sandbox, log, new Report(version, pool.initialization(), stream), time,
                pool, overdue, () -> shipper.forgetLater(log));
    }

    /** Why no process of it can be started. */
    private Optional<Failure> problem(FunctionVersion version) {
        if (version.image().isPresent()) {
            return version.image().get().problem(library.resolve(version.code()));
        }
        boolean bootstrap = !version.runtime().startsWith("provided") || runtimes.bootstrap(version).isPresent();
        return bootstrap ? Optional.empty() : Optional.of(Failure.noBootstrap());
    }

    private ExecutionRoles.Session session(Caller lambda, FunctionVersion version) {
        try {
            return roles.assume(lambda, version.role(), version.name());
        } catch (ApiError refused) {
            throw ApiError.of("AccessDeniedException", 403,
                    "The role defined for the function cannot be assumed by Lambda.");
        }
    }

    private Sandbox sandbox(Runtimes.Runtime runtime) {
        try {
            return spares.take(runtime.spec());
        } catch (SandboxException e) {
            throw new Lambda.ServiceException(e.getMessage());
        }
    }
}
