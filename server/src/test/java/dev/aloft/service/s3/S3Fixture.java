package dev.aloft.service.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.api.Operation;
import dev.aloft.api.Principal;
import dev.aloft.api.S3;
import dev.aloft.api.Shape;
import dev.aloft.kernel.call.LocalEndpoint;
import dev.aloft.kernel.call.Service;
import dev.aloft.kernel.call.Targets;
import dev.aloft.kernel.store.Blobs;
import dev.aloft.kernel.store.FlakyStore;
import dev.aloft.kernel.store.MemoryStore;
import dev.aloft.kernel.time.TestTime;
import dev.aloft.kernel.time.Workers;
import dev.aloft.service.kms.TestKeys;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** S3 on the memory store, with a folder for contents and a clock that stands still. */
abstract class S3Fixture {
    static final Caller CALLER = caller("123456789012", "us-east-1");

    final TestTime time = new TestTime();
    final FlakyStore store = new FlakyStore(new MemoryStore());
    final LocalEndpoint endpoint = new LocalEndpoint(this::admit, store::inTransaction);
    final TestKeys keys = new TestKeys(CALLER, store, time, endpoint);
    final Targets targets = new Targets();
    S3 s3;
    Blobs blobs;
    S3Service service;
    private Workers workers;
    @TempDir
    Path folder;

    @BeforeEach
    final void start() {
        blobs = new Blobs(folder);
        service = new S3Service(store, blobs, time, endpoint, targets, (service, _, _) -> service);
        endpoint.add(service);
        endpoint.add(keys.service());
        s3 = S3.at(endpoint);
        workers = new Workers(time, service.workers());
        workers.start();
    }

    @AfterEach
    final void stop() {
        workers.close();
    }

    /** Everybody may do everything, but use keys. */
    void admit(Operation operation, Caller caller, Shape input, Service called) {
        if (called == keys.service()) {
            keys.admit(operation, caller, input, called);
        }
    }

    static Caller caller(String account, String region) {
        return new Caller(account, region, new Principal.Root(account), "id", null, 0, "http://127.0.0.1:4566",
            "127.0.0.1", null);
    }

    void bucket(String name) {
        s3.createBucket(CALLER, S3.CreateBucketRequest.of(r -> r.bucket(name)));
    }

    void versioning(String bucket, String status) {
        s3.putBucketVersioning(CALLER, S3.PutBucketVersioningRequest.of(r -> r.bucket(bucket)
            .versioningConfiguration(S3.VersioningConfiguration.of(v -> v.status(status)))));
    }

    /** Of no length that is known before. */
    static Body body(byte[] bytes) {
        return Body.of(new ByteArrayInputStream(bytes), -1);
    }

    static Body body(String text) {
        return Body.of(text);
    }

    static byte[] bytes(int size, long seed) {
        var bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    S3.PutObjectResponse put(String bucket, String key, String text) {
        return put(bucket, key, text, _ -> { });
    }

    S3.PutObjectResponse put(String bucket, String key, String text, Consumer<S3.PutObjectRequest.Builder> with) {
        return s3.putObject(CALLER, S3.PutObjectRequest.of(r -> with.accept(r.bucket(bucket).key(key)
            .body(body(text)))));
    }

    S3.GetObjectResponse get(String bucket, String key, Consumer<S3.GetObjectRequest.Builder> with) {
        return s3.getObject(CALLER, S3.GetObjectRequest.of(r -> with.accept(r.bucket(bucket).key(key))));
    }

    String text(String bucket, String key) {
        return text(get(bucket, key, _ -> { }));
    }

    static String text(S3.GetObjectResponse response) {
        return new String(response.body().bytes(1 << 20), StandardCharsets.UTF_8);
    }

    static void assertRefused(Runnable call, String code, int status, String message) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(ApiError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error.status()).isEqualTo(status);
            assertThat(error.getMessage()).isEqualTo(message);
        });
    }
}
