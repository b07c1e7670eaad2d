package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Lambda;
import dev.aloft.api.Lambda.FunctionConfiguration;
import dev.aloft.service.lambda.invoke.FunctionVersion;

/**
 * Tenant isolation: a function that has an environment for each tenant. It is so for good, and every event of it says
 * whose it is.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/tenant-isolation.html">Tenant isolation</a>
 */
final class Tenancy {
    private Tenancy() {}

    /** Whether the function tells tenants apart. */
    static boolean isOf(FunctionConfiguration c) {
        return c.tenancyConfig() != null;
    }

    /** What a function that tells them apart cannot have. */
    static void check(Lambda.CreateFunctionRequest r) {
        if (r.tenancyConfig() == null) {
            return;
        }
        if (SnapStart.isAsked(r.snapStart())) {
            throw refused("SnapStart");
        }
        if (r.durableConfig() != null) {
            throw ApiError.notBuilt("TenancyConfig of durable functions");
        }
    }

    static void checkSnapStart(FunctionConfiguration c, Lambda.SnapStart given) {
        if (isOf(c) && SnapStart.isAsked(given)) {
            throw refused("SnapStart");
        }
    }

    static void checkWithout(FunctionConfiguration c, String feature) {
        if (isOf(c)) {
            throw refused(feature);
        }
    }

    /** An event is some tenant's where the function tells them apart, and nobody's where it does not. */
    static void checkEvent(FunctionVersion version, String tenant) {
        if (version.tenants() && tenant == null) {
            throw new Lambda.InvalidParameterValueException("The invoked function is enabled with tenancy"
                    + " configuration. Add a valid tenant ID in your request and try again.");
        }
        if (!version.tenants() && tenant != null) {
            throw new Lambda.InvalidParameterValueException("The invoked function is not enabled with tenancy"
                    + " configuration. Remove the tenant ID from your request and try again.");
        }
    }

    private static Lambda.InvalidParameterValueException refused(String feature) {
        return new Lambda.InvalidParameterValueException(
                feature + " is not supported for functions enabled with tenancy configuration.");
    }
}
