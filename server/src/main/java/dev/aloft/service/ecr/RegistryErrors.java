package dev.aloft.service.ecr;

import dev.aloft.api.ApiError;
import dev.aloft.api.Ecr;
import dev.aloft.api.JsonWriter;
import dev.aloft.wire.HttpResponse;
import java.util.List;
import java.util.Map;

/**
 * ECR's refusals as clients of registries read them.
 *
 * @see <a href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes">Error codes</a>
 */
final class RegistryErrors {
    private RegistryErrors() {}

    static HttpResponse of(int status, String code, String message) {
        return HttpResponse.of(status, "application/json",
                JsonWriter.bytes(Map.of("errors", List.of(Map.of("code", code, "message", message)))));
    }

    static HttpResponse of(ApiError error) {
        String message = error.getMessage();
        return switch (error) {
            case Ecr.RepositoryNotFoundException _ -> of(404, "NAME_UNKNOWN", message);
            case Ecr.UploadNotFoundException _ -> of(404, "BLOB_UPLOAD_UNKNOWN", message);
            case Ecr.InvalidLayerPartException _ -> of(416, "RANGE_INVALID", message);
            case Ecr.InvalidLayerException _, Ecr.EmptyUploadException _, Ecr.ImageDigestDoesNotMatchException _ ->
                of(400, "DIGEST_INVALID", message);
            case Ecr.ImageTagAlreadyExistsException _ -> of(400, "TAG_INVALID", message);
            case Ecr.LayersNotFoundException _ -> of(404, "BLOB_UNKNOWN", message);
            case Ecr.ReferencedImagesNotFoundException _ -> of(404, "MANIFEST_UNKNOWN", message);
            case Ecr.InvalidParameterException _ -> of(400, "MANIFEST_INVALID", message);
            default -> switch (error.code()) {
                case "AccessDeniedException" -> of(403, "DENIED", message);
                case "NotImplemented" -> of(error.status(), "UNSUPPORTED", message);
                default -> of(error.status(), "NAME_INVALID", message);
            };
        };
    }
}
