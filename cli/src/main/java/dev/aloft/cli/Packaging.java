package dev.aloft.cli;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.api.Endpoint;
import dev.aloft.api.S3;
import dev.aloft.api.S3.CreateBucketConfiguration;
import dev.aloft.api.S3.CreateBucketRequest;
import dev.aloft.api.S3.HeadBucketRequest;
import dev.aloft.api.S3.HeadObjectRequest;
import dev.aloft.api.S3.PutObjectRequest;
import dev.aloft.api.Sts;
import dev.aloft.api.Sts.GetCallerIdentityRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Does what {@code sam build} and {@code aws cloudformation package} do between them: brings what a template names on
 * this machine (code folders, archives, definitions) into a bucket of the platform, and returns the template with their
 * addresses.
 */
final class Packaging {
    private static final int DEEPEST_NEST = 20;

    private final Path template;
    private final Caller caller;
    private final PrintWriter out;
    private final S3 s3;
    private final Sts sts;
    private final Map<CodeFolder.Source, String> uploaded = new HashMap<>();
    private String bucket;

    Packaging(Path template, Endpoint endpoint, Caller caller, PrintWriter out) {
        this.template = template;
        this.caller = caller;
        this.out = out;
        this.s3 = S3.at(endpoint);
        this.sts = Sts.at(endpoint);
    }

    String run() throws IOException {
        return packaged(template, 0);
    }

    private String packaged(Path template, int depth) throws IOException {
        if (depth > DEEPEST_NEST) {
            throw new CommandFailed("The templates nest more than " + DEEPEST_NEST + " deep; does " + template
                    + " name itself?");
        }
        var source = TemplateSource.read(template);
        for (var artifact : source.artifacts()) {
            if (artifact.form() == TemplateSource.Form.IMAGE_FILE) {
                source.replaceImage(artifact, image(existing(template, artifact)));
            } else {
                source.replace(artifact, bucket(), key(template, artifact, depth));
            }
        }
        return source.text();
    }

    /** With the state of the file, so that another content is another image to CloudFormation. */
    private static String image(Path path) throws IOException {
        boolean layout = Files.isDirectory(path);
        var file = layout ? path.resolve("index.json") : path;
        if (!Files.exists(file)) {
            throw new CommandFailed(path
                    + " is neither an archive of an image nor an OCI layout: it has no index.json");
        }
        return (layout ? "oci:" : "docker-archive:") + path + "?" + Files.size(file) + "-"
                + Files.getLastModifiedTime(file).toMillis();
    }

    private static Path existing(Path template, TemplateSource.Artifact artifact) {
        var path = template.getParent().resolve(artifact.path()).toAbsolutePath().normalize();
        if (!Files.exists(path)) {
            throw new CommandFailed(template.getFileName() + " line " + artifact.line() + ": " + artifact.property()
                    + " of "
                    + artifact.owner() + " is " + artifact.path() + ", and there is no " + path);
        }
        return path;
    }

    private String key(Path template, TemplateSource.Artifact artifact, int depth) throws IOException {
        var path = existing(template, artifact);
        var source = new CodeFolder.Source(path, artifact.build());
        var known = uploaded.get(source);
        if (known == null) {
            known = artifact.form() == TemplateSource.Form.TEMPLATE_URL
                    ? uploadTemplate(packaged(path, depth + 1))
                    : upload(artifact, path);
            uploaded.put(source, known);
        }
        return known;
    }

    private String uploadTemplate(String text) {
        var content = text.getBytes(StandardCharsets.UTF_8);
        var key = CodeFolder.sha256(content) + ".template";
        if (!exists(key)) {
            s3.putObject(caller, PutObjectRequest.of(r -> r.bucket(bucket()).key(key).body(Body.of(content))));
        }
        return key;
    }

    private String upload(TemplateSource.Artifact artifact, Path path) throws IOException {
        boolean archive = artifact.code() && (Files.isDirectory(path) || !isArchive(path));
        var file = !archive ? path : Files.isDirectory(path)
                ? new CodeFolder(path, artifact.owner(), out, build(artifact, path)).zip() : CodeFolder.zip(path);
        try {
            var extension = artifact.code() ? ".zip" : "." + artifact.extension();
            var key = CodeFolder.sha256(file) + extension;
            if (exists(key)) {
                return key;
            }
            out.printf("  packaged %s (%s)%n", artifact.owner(), size(Files.size(file)));
            out.flush();
            try (var content = Files.newInputStream(file)) {
                s3.putObject(caller, PutObjectRequest.of(
                        r -> r.bucket(bucket()).key(key).body(Body.of(content, fileSize(file)))));
            }
            return key;
        } finally {
            if (archive) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** A layer's folder that has the runtime's own folder is laid out already. */
    private static BuildMethod build(TemplateSource.Artifact artifact, Path path) {
        var build = artifact.build();
        return !build.within().isEmpty() && Files.isDirectory(path.resolve(build.within())) ? BuildMethod.NONE : build;
    }

    /** Code that is one file, such as {@code app.py}, is packed like a folder that has nothing else. */
    private static boolean isArchive(Path file) throws IOException {
        try (var content = Files.newInputStream(file)) {
            return Arrays.equals(content.readNBytes(2), new byte[] {'P', 'K'});
        }
    }

    private boolean exists(String key) {
        try {
            s3.headObject(caller, HeadObjectRequest.of(r -> r.bucket(bucket()).key(key)));
            return true;
        } catch (ApiError e) {
            if (e.status() == 404) {
                return false;
            }
            throw e;
        }
    }

    /** The bucket of this account and region that takes packages; made when it is first needed. */
    private String bucket() {
        if (bucket == null) {
            var account = sts.getCallerIdentity(caller, GetCallerIdentityRequest.of(r -> {})).account();
            var name = "aloft-packages-" + account + "-" + caller.region();
            try {
                s3.headBucket(caller, HeadBucketRequest.of(r -> r.bucket(name)));
            } catch (ApiError e) {
                if (e.status() != 404) {
                    throw e;
                }
                s3.createBucket(caller, CreateBucketRequest.of(r -> r.bucket(name)
                        .createBucketConfiguration(
                                caller.region().equals("us-east-1")
                                        ? null
                                        : CreateBucketConfiguration.of(c -> c.locationConstraint(caller.region())))));
            }
            bucket = name;
        }
        return bucket;
    }

    private static long fileSize(Path file) {
        return file.toFile().length();
    }

    private static String size(long bytes) {
        return bytes < 1024 * 1024
                ? "%.1f KB".formatted(bytes / 1024.0)
                : "%.1f MB".formatted(bytes / 1024.0 / 1024.0);
    }
}
