package dev.aloft.service.lambda;

import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionConfiguration;
import java.util.Set;

/**
 * The setting SnapStart: versions of a function start from what their init left.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html">SnapStart</a>
 */
final class SnapStart {
    private static final Set<String> RUNTIMES =
            Set.of("java11", "java11.al2023", "java17", "java17.al2023", "java21", "java25", "python3.12", "python3.13",
            "python3.14", "python3.15", "dotnet8", "dotnet10");
    private static final int MOST_SCRATCH_MEGABYTES = 512;

    private SnapStart() {}

    static boolean isAsked(Lambda.SnapStart given) {
        return given != null && Lambda.SnapStartApplyOn.PUBLISHED_VERSIONS.equals(given.applyOn());
    }

    private static boolean isOn(FunctionConfiguration c) {
        return c.snapStart() != null && Lambda.SnapStartApplyOn.PUBLISHED_VERSIONS.equals(c.snapStart().applyOn());
    }

    /** Whether it is a version that starts so: $LATEST never does. */
    static boolean isOf(FunctionConfiguration c) {
        return isOn(c) && !FunctionName.LATEST.equals(c.version());
    }

    /** What a function is told to have. */
    static void set(FunctionConfiguration.Builder c, Lambda.SnapStart given) {
        String on = isAsked(given) ? Lambda.SnapStartApplyOn.PUBLISHED_VERSIONS : Lambda.SnapStartApplyOn.NONE;
        c.snapStart(Lambda.SnapStartResponse.of(s -> s.applyOn(on)
                .optimizationStatus(Lambda.SnapStartOptimizationStatus.OFF)));
    }

    /** What cannot be had with it. */
    static void check(FunctionConfiguration c) {
        if (isOn(c)) {
            check("Image".equals(c.packageType()), c.runtime(), c.ephemeralStorage());
        }
    }

    static void check(Lambda.CreateFunctionRequest r) {
        if (isAsked(r.snapStart())) {
            check("Image".equals(r.packageType()), r.runtime(), r.ephemeralStorage());
        }
    }

    private static void check(boolean image, String runtime, Lambda.EphemeralStorage scratch) {
        if (image) {
            throw refused("ContainerImage");
        }
        if (!RUNTIMES.contains(runtime)) {
            throw refused(runtime);
        }
        if (scratch != null && scratch.size() > MOST_SCRATCH_MEGABYTES) {
            throw refused("Ephemeral Storage greater than " + MOST_SCRATCH_MEGABYTES + " MB");
        }
    }

    static void checkProvisioned(FunctionConfiguration c) {
        if (isOn(c)) {
            throw refused("Provisioned Concurrency");
        }
    }

    private static Lambda.InvalidParameterValueException refused(String what) {
        return new Lambda.InvalidParameterValueException(what + " is not supported for SnapStart enabled functions.");
    }

    /** A version that was just published. */
    static FunctionConfiguration pending(FunctionConfiguration c) {
        return c.toBuilder().state(Lambda.State.PENDING).stateReason("The function is being created.")
                .stateReasonCode(Lambda.StateReasonCode.CREATING).build();
    }

    /** The same once its init succeeded. */
    static FunctionConfiguration active(FunctionConfiguration c) {
        return c.toBuilder().state(Lambda.State.ACTIVE).stateReason(null).stateReasonCode(null)
                .snapStart(c.snapStart().toBuilder().optimizationStatus(Lambda.SnapStartOptimizationStatus.ON).build())
                .build();
    }

    /** The same when its init failed. */
    static FunctionConfiguration failed(FunctionConfiguration c, String code, String reason) {
        return c.toBuilder().state(Lambda.State.FAILED).stateReason(reason).stateReasonCode(code).build();
    }

    /** Whether it is a version that starts from what its init left. */
    static boolean isReady(FunctionConfiguration c) {
        return isOf(c) && Lambda.State.ACTIVE.equals(c.state());
    }

    /** The same when nobody invoked it for long. */
    static FunctionConfiguration inactive(FunctionConfiguration c) {
        return c.toBuilder().state(Lambda.State.INACTIVE).stateReason("The function version is idle.")
                .stateReasonCode(Lambda.StateReasonCode.IDLE)
                .snapStart(c.snapStart().toBuilder().optimizationStatus(Lambda.SnapStartOptimizationStatus.OFF).build())
                .build();
    }

    /** The same once it was invoked again. */
    static FunctionConfiguration restoring(FunctionConfiguration c) {
        return c.toBuilder().state(Lambda.State.PENDING).stateReason("The function version is being restored.")
                .stateReasonCode(Lambda.StateReasonCode.RESTORING).build();
    }

    /** Only what has been through its init can be invoked. */
    static void checkState(FunctionConfiguration c) {
        if (isOf(c) && !Lambda.State.ACTIVE.equals(c.state())) {
            throw new Lambda.ResourceConflictException(
                    "The operation cannot be performed at this time. The function is currently in "
                    + "the following state: " + c.state());
        }
    }
}
