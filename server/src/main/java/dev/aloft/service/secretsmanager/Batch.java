package dev.aloft.service.secretsmanager;

import dev.aloft.api.ApiError;
import dev.aloft.api.Caller;
import dev.aloft.api.SecretsManager;
import java.util.ArrayList;
import java.util.List;

/**
 * Several values at once. Each is asked for as by GetSecretValue, permissions included; those that cannot be had are
 * told beside the others.
 *
 * @see <a href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html">
 *     BatchGetSecretValue</a>
 */
final class Batch {
    private static final int MOST = 20;

    private final SecretsManager door;

    /** @param door where each value is asked for */
    Batch(SecretsManager door) {
        this.door = door;
    }

    SecretsManager.BatchGetSecretValueResponse get(Caller caller, SecretsManager.BatchGetSecretValueRequest input) {
        boolean byIds = input.secretIdList() != null && !input.secretIdList().isEmpty();
        boolean byFilters = input.filters() != null && !input.filters().isEmpty();
        if (byIds == byFilters) {
            throw Refusals.invalid("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
        }
        if (byIds && input.maxResults() != null) {
            throw Refusals.invalid(
                    "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.");
        }
        if (byIds) {
            return values(caller, input.secretIdList(), null);
        }
        var page = door.listSecrets(caller, SecretsManager.ListSecretsRequest.of(r -> r.filters(input.filters())
                .nextToken(input.nextToken()).maxResults(input.maxResults() == null ? MOST : input.maxResults())));
        return values(caller, page.secretList().stream().map(SecretsManager.SecretListEntry::arn).toList(),
                page.nextToken());
    }

    private SecretsManager.BatchGetSecretValueResponse values(Caller caller, List<String> ids, String next) {
        var values = new ArrayList<SecretsManager.SecretValueEntry>();
        var errors = new ArrayList<SecretsManager.APIErrorType>();
        for (var id : ids) {
            try {
                values.add(entry(door.getSecretValue(caller,
                        SecretsManager.GetSecretValueRequest.of(r -> r.secretId(id)))));
            } catch (ApiError e) {
                errors.add(SecretsManager.APIErrorType.of(
                        a -> a.secretId(id).errorCode(e.code()).message(e.getMessage())));
            }
        }
        return SecretsManager.BatchGetSecretValueResponse.of(r -> r.secretValues(values).errors(errors)
                .nextToken(next));
    }

    private static SecretsManager.SecretValueEntry entry(SecretsManager.GetSecretValueResponse value) {
        return SecretsManager.SecretValueEntry.of(e -> e.arn(value.arn()).name(value.name())
                .versionId(value.versionId())
                .secretString(value.secretString()).secretBinary(value.secretBinary())
                .versionStages(value.versionStages()).createdDate(value.createdDate()));
    }
}
