package dev.aloft.service.s3;

import dev.aloft.api.ApiError;
import dev.aloft.api.S3;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * What an {@code x-amz-copy-source} header names: {@code bucket/key}, percent-encoded, perhaps with a version.
 *
 * @param versionId null for the newest
 */
record CopySource(String bucket, String key, String versionId) {
    private static final String VERSION = "?versionId=";

    static CopySource of(String header) {
        var text = header.startsWith("/") ? header.substring(1) : header;
        if (text.startsWith("arn:")) {
            throw ApiError.notBuilt("A copy's source given by an ARN");
        }
        int version = text.indexOf(VERSION);
        var versionId = version < 0 ? null : decoded(text.substring(version + VERSION.length()));
        var path = decoded(version < 0 ? text : text.substring(0, version));
        int slash = path.indexOf('/');
        if (slash <= 0 || slash == path.length() - 1) {
            throw Buckets.argument("x-amz-copy-source", header, "Invalid copy source object key");
        }
        return new CopySource(path.substring(0, slash), path.substring(slash + 1), versionId);
    }

    private static String decoded(String text) {
        var bytes = new ByteArrayOutputStream();
        byte[] raw = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '%' && i + 2 < raw.length && HexFormat.isHexDigit(raw[i + 1])
                    && HexFormat.isHexDigit(raw[i + 2])) {
                bytes.write(HexFormat.fromHexDigit(raw[i + 1]) << 4 | HexFormat.fromHexDigit(raw[i + 2]));
                i += 2;
            } else {
                bytes.write(raw[i]);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    S3.HeadObjectRequest head(String expectedOwner) {
        return S3.HeadObjectRequest.of(r -> r.bucket(bucket).key(key).versionId(versionId)
            .expectedBucketOwner(expectedOwner));
    }
}
