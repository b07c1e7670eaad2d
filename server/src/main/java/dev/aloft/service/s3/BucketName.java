package dev.aloft.service.s3;

import dev.aloft.api.S3;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a general purpose bucket may be called.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html">AWS: bucket naming
 * rules</a>
 */
final class BucketName {
    private static final Pattern FORM = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern ADDRESS = Pattern.compile("[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+");
    private static final List<String> PREFIXES = List.of("xn--", "sthree-", "amzn-s3-demo-");
    private static final List<String> SUFFIXES = List.of("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3");

    private BucketName() {
    }

    static void check(String name) {
        if (!FORM.matcher(name).matches() || name.contains("..") || ADDRESS.matcher(name).matches()
                || PREFIXES.stream().anyMatch(name::startsWith) || SUFFIXES.stream().anyMatch(name::endsWith)) {
            throw new S3.InvalidBucketName(S3.InvalidBucketName.Detail.of(d -> d
                .message("The specified bucket is not valid.").bucketName(name)));
        }
    }
}
