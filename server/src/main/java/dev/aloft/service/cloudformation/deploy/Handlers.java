package dev.aloft.service.cloudformation.deploy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.ResourceType.Desired;
import dev.aloft.kernel.call.ResourceType;
import dev.aloft.service.cloudformation.template.TemplateError;
import java.lang.System.Logger.Level;
import java.lang.System.Logger;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Calls resource types and words what they refuse as CloudFormation does. */
final class Handlers {
    private static final Logger LOG = System.getLogger(Handlers.class.getName());

    /** A step that did not succeed, with the reason that the resource gets. */
    static final class Failed extends Exception {
        private final Optional<String> physicalId;

        Failed(String reason) {
            this(reason, Optional.empty());
        }

        Failed(String reason, Optional<String> physicalId) {
            super(reason, null, false, false);
            this.physicalId = physicalId;
        }

        /** What a creation has left behind. */
        Optional<String> physicalId() {
            return physicalId;
        }
    }

    private Handlers() {
    }

    static ResourceType.Resource create(ResourceType type, Caller caller, Desired desired) throws Failed {
        PropertyChecks.check(type, desired);
        return call(type, () -> told(type, type.create(caller, desired), desired));
    }

    static ResourceType.Resource update(ResourceType type, Caller caller, String physicalId, Desired before,
            Desired after)
            throws Failed {
        PropertyChecks.check(type, after);
        return call(type, () -> told(type, type.update(caller, physicalId, before, after), after));
    }

    private static ResourceType.Resource told(ResourceType type, ResourceType.Resource made, Desired desired) {
        if (!type.tellsProperties()) {
            return made;
        }
        var attributes = new LinkedHashMap<>(desired.properties());
        attributes.putAll(made.attributes());
        return new ResourceType.Resource(made.physicalId(), attributes);
    }

    static void delete(ResourceType type, Caller caller, String physicalId, Desired last) throws Failed {
        call(type, () -> {
            type.delete(caller, physicalId, last);
            return null;
        });
    }

    private static <T> T call(ResourceType type, Supplier<T> work) throws Failed {
        try {
            return work.get();
        } catch (ApiError e) {
            throw new Failed(reason(e));
        } catch (ResourceType.Incomplete e) {
            throw new Failed(reason(e.error()), Optional.of(e.physicalId()));
        } catch (TemplateError e) {
            throw new Failed(e.getMessage());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The resource type " + type.type() + " failed", e);
            throw new Failed("Internal Failure");
        }
    }

    private static String reason(ApiError error) {
        return "Resource handler returned message: \"" + error.getMessage() + "\" (RequestToken: " + UUID.randomUUID()
                + ", HandlerErrorCode: " + code(error) + ")";
    }

    private static String code(ApiError error) {
        var code = error.code();
        return code.contains("AlreadyExist") || code.contains("AlreadyOwned")
                || code.equals("ResourceConflictException")
                || code.equals("ResourceInUseException") ? "AlreadyExists"
                : code.contains("NotFound") || code.startsWith("NoSuch") ? "NotFound"
                : code.startsWith("AccessDenied") || code.equals("AuthorizationError") ? "AccessDenied"
                : code.startsWith("Throttl") || code.startsWith("TooManyRequests") ? "Throttling"
                : code.contains("LimitExceeded") ? "ServiceLimitExceeded"
                : error.status() >= 500 ? "GeneralServiceException" : "InvalidRequest";
    }
}
