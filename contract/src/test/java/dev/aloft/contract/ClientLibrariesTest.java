package dev.aloft.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazon.sqs.javamessaging.AmazonSQSExtendedClient;
import com.amazon.sqs.javamessaging.ExtendedClientConfiguration;
import com.amazon.sqs.javamessaging.ProviderConfiguration;
import com.amazon.sqs.javamessaging.SQSConnectionFactory;
import io.awspring.cloud.sqs.annotation.SqsListener;
import io.awspring.cloud.sqs.config.SqsBootstrapConfiguration;
import io.awspring.cloud.sqs.config.SqsMessageListenerContainerFactory;
import io.awspring.cloud.sqs.operations.SqsTemplate;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.messaging.support.MessageBuilder;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsAsyncClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * The libraries by which applications use queues, with nothing changed but the address; all at the same
 * time.
 */
@Execution(ExecutionMode.CONCURRENT)
class ClientLibrariesTest {
    private static final int SECONDS = 60;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path folder;

    private static Product product;
    private static SqsClient sqs;

    @BeforeAll
    static void start() throws Exception {
        product = Product.start(folder.resolve("data"));
        sqs = product.client(SqsClient.builder());
    }

    @AfterAll
    static void stop() throws Exception {
        sqs.close();
        product.close();
    }

    @Test
    void theBatchManagerOfAwsSdkForJava() throws Exception {
        var url = queue("batches");
        try (var client = product.client(SqsAsyncClient.builder());
                var manager = client.batchManager()) {
            var sending = IntStream.range(0, 25)
                    .mapToObj(i -> manager.sendMessage(b -> b.queueUrl(url).messageBody("m" + i))).toList();
            var ids = new TreeSet<String>();
            for (var sent : sending) {
                ids.add(sent.get(SECONDS, TimeUnit.SECONDS).messageId());
            }
            assertThat(ids).hasSize(25);
            var bodies = new TreeSet<String>();
            while (bodies.size() < 25) {
                var received = manager.receiveMessage(b -> b.queueUrl(url).maxNumberOfMessages(10)).get();
                for (Message message : received.messages()) {
                    bodies.add(message.body());
                    manager.changeMessageVisibility(
                            b -> b.queueUrl(url).receiptHandle(message.receiptHandle()).visibilityTimeout(60)).get();
                    manager.deleteMessage(b -> b.queueUrl(url).receiptHandle(message.receiptHandle())).get();
                }
            }
        }
        assertThat(left(url)).isZero();
    }

    @Test
    void aJmsClientAcknowledgesAndIsGivenAgainWhatItDidNot() throws Exception {
        var url = queue("jms");
        // What is fetched ahead is asked for with a long poll, and closing waits for its end.
        var factory = new SQSConnectionFactory(new ProviderConfiguration().withNumberOfMessagesToPrefetch(0), sqs);
        var connection = factory.createConnection();
        try {
            connection.start();
            var session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
            var producer = session.createProducer(session.createQueue("jms"));
            var first = session.createTextMessage("first");
            first.setIntProperty("number", 7);
            producer.send(first);
            var consumer = session.createConsumer(session.createQueue("jms"));
            var received = (TextMessage) consumer.receive(SECONDS * 1000L);
            assertThat(received.getText()).isEqualTo("first");
            assertThat(received.getIntProperty("number")).isEqualTo(7);
            assertThat(received.getJMSRedelivered()).isFalse();
            session.recover();
            var again = (TextMessage) consumer.receive(SECONDS * 1000L);
            assertThat(again.getJMSMessageID()).isEqualTo(received.getJMSMessageID());
            assertThat(again.getJMSRedelivered()).isTrue();
            again.acknowledge();
        } finally {
            connection.close();
        }
        assertThat(left(url)).isZero();
    }

    /** What is larger than a message may be lies in a bucket, as long as the message is there. */
    @Test
    void theExtendedClientOfAwsKeepsLargeMessagesInABucket() throws Exception {
        var url = queue("large");
        var text = "x".repeat(3 << 20);
        try (var s3 = product.client(S3Client.builder().forcePathStyle(true));
                var plain = product.client(SqsClient.builder());
                var client = new AmazonSQSExtendedClient(plain,
                        new ExtendedClientConfiguration().withPayloadSupportEnabled(s3, "payloads"))) {
            s3.createBucket(b -> b.bucket("payloads"));
            client.sendMessage(b -> b.queueUrl(url).messageBody(text));
            assertThat(s3.listObjectsV2(b -> b.bucket("payloads")).contents()).hasSize(1);
            var received = client.receiveMessage(b -> b.queueUrl(url).waitTimeSeconds(20)).messages().getFirst();
            assertThat(received.body()).isEqualTo(text);
            client.deleteMessage(b -> b.queueUrl(url).receiptHandle(received.receiptHandle()));
            assertThat(s3.listObjectsV2(b -> b.bucket("payloads")).contents()).isEmpty();
        }
        assertThat(left(url)).isZero();
    }

    /** A listener as Spring Boot would set it up. */
    @Import(SqsBootstrapConfiguration.class)
    static class Application {
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final AtomicBoolean failed = new AtomicBoolean();

        @Bean
        SqsAsyncClient sqsAsyncClient() {
            return product.client(SqsAsyncClient.builder());
        }

        @Bean
        SqsMessageListenerContainerFactory<Object> defaultSqsListenerContainerFactory(SqsAsyncClient client) {
            return SqsMessageListenerContainerFactory.builder().sqsAsyncClient(client)
                    .configure(options -> options.pollTimeout(Duration.ofSeconds(1)))
                    .build();
        }

        @SqsListener("spring")
        void hear(String text) {
            if (text.equals("again") && failed.compareAndSet(false, true)) {
                throw new IllegalStateException("not this time");
            }
            heard.add(text);
        }

        @SqsListener("spring.fifo")
        void hearInOrder(String text) {
            heard.add("in order: " + text);
        }
    }

    @Test
    void aListenerOfSpringCloudAws() throws Exception {
        var url = queue("spring", QueueAttributeName.VISIBILITY_TIMEOUT, "1");
        var fifo = queue("spring.fifo", QueueAttributeName.FIFO_QUEUE, "true",
                QueueAttributeName.CONTENT_BASED_DEDUPLICATION, "true");
        try (var context = new AnnotationConfigApplicationContext(Application.class)) {
            var application = context.getBean(Application.class);
            var template = SqsTemplate.newTemplate(context.getBean(SqsAsyncClient.class));
            template.send("spring", "one");
            template.sendMany("spring", List.of(message("two"), message("again")));
            for (int i = 0; i < 3; i++) {
                var body = "n" + i;
                template.send(to -> to.queue("spring.fifo").payload(body).messageGroupId("g"));
            }
            var heard = new ArrayList<String>();
            while (heard.size() < 6) {
                var next = application.heard.poll(SECONDS, TimeUnit.SECONDS);
                assertThat(next).as("after " + heard).isNotNull();
                heard.add(next);
            }
            assertThat(heard).contains("one", "two", "again")
                    .containsSubsequence("in order: n0", "in order: n1", "in order: n2");
        }
        assertThat(left(url) + left(fifo)).isZero();
    }

    private static org.springframework.messaging.Message<String> message(String text) {
        return MessageBuilder.withPayload(text).build();
    }

    @Test
    void sqsConsumerOfNpm() throws Exception {
        var modules = npm("sqs-consumer", "sqs-consumer@15.0.3", "@aws-sdk/client-sqs@3");
        var url = queue("consumer");
        sqs.sendMessageBatch(b -> b.queueUrl(url)
                .entries(e -> e.id("1").messageBody("a"), e -> e.id("2").messageBody("b")));
        var script = modules.resolve("consume.mjs");
        Files.writeString(script, """
                import { Consumer } from 'sqs-consumer';
                const heard = [];
                const consumer = Consumer.create({
                  queueUrl: process.env.QUEUE, batchSize: 10, waitTimeSeconds: 1,
                  handleMessage: async (message) => { heard.push(message.Body); return message; },
                });
                consumer.on('error', (e) => { console.error(e); process.exit(1); });
                consumer.on('response_processed', () => {
                  if (heard.length >= 2) { consumer.stop(); console.log(heard.sort().join(',')); }
                });
                consumer.start();
                """);
        assertThat(output(modules, url, "node", "consume.mjs")).isEqualTo("a,b");
        assertThat(left(url)).isZero();
    }

    /** A folder with packages of npm. */
    private static synchronized Path npm(String first, String... packages) throws Exception {
        var modules = Path.of("target", "npm");
        Files.createDirectories(modules);
        var install = Stream.concat(Stream.of("npm", "install", "--no-audit", "--no-fund", "--prefix", "."),
                Stream.of(packages));
        Assumptions.assumeTrue(Files.isDirectory(modules.resolve("node_modules").resolve(first))
                || succeeds(modules, install.toArray(String[]::new)), "npm or its registry cannot be reached");
        return modules;
    }

    /** It takes nothing but a certificate that comes over TLS; which host that comes from is said to it. */
    @Test
    void theSnsValidatorOfNpm() throws Exception {
        var modules = npm("sns-validator", "sns-validator@0.3.5", "@aws-sdk/client-sns@3");
        Files.writeString(modules.resolve("validate.mjs"), """
                import http from 'node:http';
                import { createRequire } from 'node:module';
                import { SNSClient, CreateTopicCommand, SubscribeCommand, PublishCommand } from '@aws-sdk/client-sns';
                const MessageValidator = createRequire(import.meta.url)('sns-validator');
                const validator = new MessageValidator(/^127\\.0\\.0\\.1:\\d+$/);
                const valid = (message) => new Promise((resolve, reject) =>
                  validator.validate(message, (error, checked) => error ? reject(error) : resolve(checked)));
                const sns = new SNSClient({});
                const said = [];
                for (const version of ['1', '2']) {
                  let arrived;
                  const next = () => new Promise((resolve) => { arrived = resolve; });
                  const server = http.createServer((request, response) => {
                    let text = '';
                    request.on('data', (data) => { text += data; });
                    request.on('end', () => { response.end(); arrived(JSON.parse(text)); });
                  });
                  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
                  const topic = await sns.send(new CreateTopicCommand(
                    { Name: 'signed-' + version, Attributes: { SignatureVersion: version } }));
                  let waiting = next();
                  await sns.send(new SubscribeCommand({ TopicArn: topic.TopicArn, Protocol: 'http',
                    Endpoint: `http://127.0.0.1:${server.address().port}/` }));
                  await fetch((await valid(await waiting)).SubscribeURL);
                  waiting = next();
                  await sns.send(new PublishCommand(
                    { TopicArn: topic.TopicArn, Message: 'm' + version, Subject: 'S' }));
                  said.push((await valid(await waiting)).Message);
                  server.closeAllConnections();
                  server.close();
                }
                console.log(said.join(','));
                """);
        assertThat(output(modules, "", "env", "NODE_TLS_REJECT_UNAUTHORIZED=0", "node", "validate.mjs"))
                .isEqualTo("m1,m2");
    }

    @Test
    void boto3() throws Exception {
        Assumptions.assumeTrue(succeeds(folder, "python3", "-c", "import boto3"), "boto3 is not there");
        var url = queue("boto");
        assertThat(output(folder, url, "python3", "-c", """
                import boto3, os
                queue = boto3.resource('sqs', endpoint_url=os.environ['AWS_ENDPOINT_URL']).Queue(os.environ['QUEUE'])
                queue.send_message(MessageBody='body', MessageAttributes={'n': {'DataType': 'Number', 'StringValue': '5'}})
                for message in queue.receive_messages(MessageAttributeNames=['All'], WaitTimeSeconds=5):
                    print(message.body, message.message_attributes['n']['StringValue'])
                    message.delete()
                """)).isEqualTo("body 5");
        assertThat(left(url)).isZero();
    }

    private static String queue(String name, Object... attributes) {
        var all = new EnumMap<QueueAttributeName, String>(QueueAttributeName.class);
        for (int i = 0; i < attributes.length; i += 2) {
            all.put((QueueAttributeName) attributes[i], (String) attributes[i + 1]);
        }
        return sqs.createQueue(b -> b.queueName(name).attributes(all)).queueUrl();
    }

    /** How many messages a queue has, visible or not. */
    private static int left(String url) {
        var told = sqs.getQueueAttributes(b -> b.queueUrl(url).attributeNames(QueueAttributeName.ALL)).attributes();
        return told.entrySet().stream()
                .filter(entry -> entry.getKey() == QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES
                        || entry.getKey() == QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE)
                .mapToInt(entry -> Integer.parseInt(entry.getValue())).sum();
    }

    private static boolean succeeds(Path where, String... command) throws Exception {
        try {
            var process = new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            return process.exitValue() == 0;
        } catch (IOException _) {
            return false;
        }
    }

    /** What a program says that uses the queue as if it were on AWS. */
    private static String output(Path where, String url, String... command) throws Exception {
        var builder = new ProcessBuilder(command).directory(where.toFile()).redirectErrorStream(true);
        builder.environment()
                .putAll(Map.of("AWS_ENDPOINT_URL", product.address().toString(), "AWS_REGION", "eu-central-1",
                "AWS_DEFAULT_REGION", "eu-central-1", "AWS_ACCESS_KEY_ID", "111122223333", "AWS_SECRET_ACCESS_KEY",
                "secret", "QUEUE", url, "NODE_NO_WARNINGS", "1"));
        var process = builder.start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.strip();
    }
}
