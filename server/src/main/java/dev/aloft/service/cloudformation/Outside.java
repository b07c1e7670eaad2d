package dev.aloft.service.cloudformation;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.SecretsManager;
import dev.aloft.api.Ssm;
import dev.aloft.kernel.store.Key;
import dev.aloft.kernel.store.Store;
import dev.aloft.service.cloudformation.deploy.StackScope;
import dev.aloft.service.cloudformation.template.TemplateError;
import java.util.Optional;

/** What templates can mention that is not theirs: exports of other stacks, parameters of Systems Manager, secrets. */
final class Outside {
    private final CloudFormationData data;
    private final Store store;
    private final Ssm ssm;
    private final SecretsManager secrets;

    Outside(CloudFormationData data, Store store, Endpoint endpoint) {
        this.data = data;
        this.store = store;
        this.ssm = Ssm.at(endpoint);
        this.secrets = SecretsManager.at(endpoint);
    }

    StackScope.Outside of(Caller caller, Stack stack) {
        return new StackScope.Outside() {
            @Override
            public Optional<String> export(String name) {
                return store.read(tx -> data.exports.get(tx, Key.of(stack.account(), stack.region(), name)))
                        .map(CloudFormationData.Export::value);
            }

            @Override
            public String dynamic(String service, String reference) {
                return switch (service) {
                    case "ssm", "ssm-secure" -> parameter(caller, reference).orElseThrow(() ->
                            Refusals.validation("Unable to fetch parameters [" + reference
                                    + "] from parameter store for this account."));
                    case "secretsmanager" -> SecretReference.of(reference).value(secrets, caller);
                    default -> throw new TemplateError("Dynamic references to " + service + " are not built in Aloft");
                };
            }
        };
    }

    /** The value of a parameter of Systems Manager, if there is one. */
    Optional<String> parameter(Caller caller, String name) {
        try {
            return Optional.of(ssm.getParameter(caller, Ssm.GetParameterRequest.of(r ->
                    r.name(name).withDecryption(true))).parameter().value());
        } catch (ApiError e) {
            if (e.code().equals("ParameterNotFound")) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
