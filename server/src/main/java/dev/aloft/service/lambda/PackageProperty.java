package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TemplateProperties.map;
import static dev.aloft.service.lambda.TemplateProperties.text;

import dev.aloft.api.ApiError;
import dev.aloft.api.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The property Code of a function in a template: an object, an image, or source text. */
record PackageProperty(Bytes zip, String bucket, String key, String objectVersion, String imageUri, String sourceKey) {
    static PackageProperty of(Map<String, Object> properties) {
        Map<String, Object> code = map(properties, "Code");
        if (code == null) {
            throw ApiError.of("ValidationError", 400, "Property Code must be of type Object");
        }
        String inline = text(code, "ZipFile");
        return new PackageProperty(inline == null ? null : inline(inline, properties), text(code, "S3Bucket"),
                text(code, "S3Key"),
                text(code, "S3ObjectVersion"), text(code, "ImageUri"), text(code, "SourceKMSKeyArn"));
    }

    /**
     * Source text becomes the one file of a package, named as the handler wants it, beside the module with which inline
     * functions answer for custom resources.
     *
     * @see <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html">
     *     AWS: cfn-response module</a>
     */
    private static Bytes inline(String source, Map<String, Object> properties) {
        String runtime = Objects.requireNonNullElse(text(properties, "Runtime"), "");
        boolean python = runtime.startsWith("python");
        if (!python && !runtime.startsWith("nodejs")) {
            throw ApiError.of("ValidationError", 400,
                    "ZipFile can only be used when Runtime is set to Node.js or Python");
        }
        String handler = Objects.requireNonNullElse(text(properties, "Handler"), "index.handler");
        String file = handler.contains(".") ? handler.substring(0, handler.indexOf('.')) : "index";
        try {
            var bytes = new ByteArrayOutputStream();
            try (var zip = new ZipOutputStream(bytes)) {
                write(zip, file + (python ? ".py" : ".js"), source.getBytes(StandardCharsets.UTF_8));
                if (python && source.contains("cfnresponse")) {
                    write(zip, "cfnresponse.py", module("cfnresponse.py"));
                } else if (source.contains("cfn-response")) {
                    write(zip, "node_modules/cfn-response/index.js", module("cfn-response.js"));
                }
            }
            return Bytes.of(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] module(String name) throws IOException {
        try (var in = PackageProperty.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    private static void write(ZipOutputStream zip, String name, byte[] content) throws IOException {
        var entry = new ZipEntry(name);
        // The same source gives the same package.
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
