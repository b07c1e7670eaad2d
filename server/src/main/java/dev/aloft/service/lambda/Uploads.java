package dev.aloft.service.lambda;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Bytes;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.Lambda;
import dev.aloft.api.S3;
import java.util.Optional;
import java.util.function.Supplier;

/** Packages of functions and layers on their way in: within the request, or from a bucket. */
final class Uploads {
    private final CodeStore codes;
    private final S3 s3;

    Uploads(CodeStore codes, Endpoint endpoint) {
        this.codes = codes;
        this.s3 = S3.at(endpoint);
    }

    /** Where a package is: its bytes, or an object's bucket, key and version. */
    record Source(Bytes zip, String bucket, String key, String objectVersion) {}

    CodeStore.Code keep(Caller caller, Source source) {
        return keep(caller, source, Optional.empty(), Optional::empty);
    }

    /**
     * @param like what it takes the place of
     * @param seal what it is encrypted under, asked for once there is a package
     */
    CodeStore.Code keep(Caller caller, Source source, Optional<CodeStore.Code> like,
            Supplier<Optional<PackageKeys.Seal>> seal) {
        if (source.zip() != null) {
            if (source.bucket() != null || source.key() != null || source.objectVersion() != null) {
                throw new Lambda.InvalidParameterValueException(
                        "Please do not provide other FunctionCode parameters when providing a ZipFile.");
            }
            if (source.zip().length() == 0) {
                throw new Lambda.InvalidParameterValueException("Uploaded file must be a non-empty zip");
            }
            return codes.keep(source.zip().array(), like, seal.get());
        }
        if (source.bucket() == null || source.key() == null) {
            throw new Lambda.InvalidParameterValueException("Please provide a source for function code.");
        }
        var object = object(caller, source);
        return codes.keep(object, like, seal.get());
    }

    private Body object(Caller caller, Source source) {
        try {
            return s3.getObject(caller, S3.GetObjectRequest.of(o -> o.bucket(source.bucket()).key(source.key())
                    .versionId(source.objectVersion()))).body();
        } catch (ApiError e) {
            if (e.code().equals("NotImplemented")) {
                throw e;
            }
            throw new Lambda.InvalidParameterValueException(
                    "Error occurred while GetObject. S3 Error Code: " + e.code() + ". S3 Error Message: "
                    + e.getMessage());
        }
    }
}
