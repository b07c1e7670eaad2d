package dev.aloft.kernel.call;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Operation;
import dev.aloft.api.ServiceModel;
import dev.aloft.api.Shape;
import dev.aloft.wire.Validator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * The one door. Every call of an operation goes through here, from the wire or from a neighbour: here and nowhere else
 * IAM is asked, and here throttles, faults, meter and trace belong.
 */
public final class LocalEndpoint implements Endpoint, Permits, RoleUses {
    /** Deeper chains of services calling services are a loop. */
    private static final int MAX_DEPTH = 64;

    private final Map<ServiceModel, Service> services = new HashMap<>();
    private final Operations operations = new Operations();
    private final Gate gate;
    private final BooleanSupplier inTransaction;

    /** Says whether a call may be carried out, by throwing where it may not. */
    public interface Gate {
        void admit(Operation operation, Caller caller, Shape input, Service service);
    }

    public LocalEndpoint(Gate gate, BooleanSupplier inTransaction) {
        this.gate = gate;
        this.inTransaction = inTransaction;
    }

    public void add(Service service) {
        services.put(service.model(), service);
        operations.add(service.model());
    }

    /** Every operation by its name, once all services are there. */
    public Operations operations() {
        return operations;
    }

    @Override
    public Shape call(Operation operation, Caller caller, Shape input) {
        if (inTransaction.getAsBoolean()) {
            throw new IllegalStateException(operation + " called inside a transaction");
        }
        var service = services.get(operation.service());
        if (!operation.built() || service == null) {
            throw ApiError.notBuilt(operation.toString());
        }
        if (caller.depth() > MAX_DEPTH) {
            throw new IllegalStateException(operation + " called " + caller.depth() + " services deep");
        }
        Validator.check(operation, input);
        gate.admit(operation, caller, input, service);
        return service.call(operation, caller, input);
    }

    @Override
    public Map<String, List<String>> of(String account, String service) {
        var uses = new TreeMap<String, List<String>>();
        services.values().forEach(each -> uses.putAll(each.roleUses(account, service)));
        return uses;
    }

    @Override
    public boolean permits(Operation operation, Caller caller, Shape input) {
        try {
            gate.admit(operation, caller, input, services.get(operation.service()));
            return true;
        } catch (ApiError refused) {
            // What is not there may be there by then.
            return !refused.code().startsWith("AccessDenied")
                    && !refused.code().equals(operation.service().accessDeniedCode());
        }
    }
}
