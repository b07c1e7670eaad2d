package dev.aloft.contract;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A script for JavaScript's DocumentClient, which turns objects into items and back. What npm fetched stays in the
 * folder.
 */
final class DocumentClient {
    private static final String VERSION = "3";
    private static final Path PACKAGES = Path.of("target/document-client");
    private static final String SCRIPT = """
            import { DynamoDBClient, CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb'
            import { DynamoDBDocumentClient, PutCommand, GetCommand, UpdateCommand, QueryCommand, BatchWriteCommand,
                TransactWriteCommand, paginateScan } from '@aws-sdk/lib-dynamodb'
            import assert from 'node:assert/strict'

            const client = new DynamoDBClient({ endpoint: process.argv[2], region: 'eu-central-1',
                credentials: { accessKeyId: '111122223333', secretAccessKey: 'secret' } })
            const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
            const TableName = 'documents'
            await client.send(new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST',
                KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }, { AttributeName: 'at', KeyType: 'RANGE' }],
                AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' },
                    { AttributeName: 'at', AttributeType: 'N' }] }))
            await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.1 }, { TableName })

            const item = { id: 'a', at: 1, list: [1, 'two', null, { deep: true }], tags: new Set(['x', 'y']),
                text: 'ü€😀', gone: undefined }
            await documents.send(new PutCommand({ TableName, Item: item }))
            const { Item } = await documents.send(new GetCommand({ TableName, Key: { id: 'a', at: 1 } }))
            const { gone, ...kept } = item
            assert.deepEqual(Item, kept)

            const { Attributes } = await documents.send(new UpdateCommand({ TableName, Key: { id: 'a', at: 1 },
                ReturnValues: 'UPDATED_NEW', UpdateExpression: 'SET #l[1] = :t, n = if_not_exists(n, :zero) + :one',
                ExpressionAttributeNames: { '#l': 'list' },
                ExpressionAttributeValues: { ':t': 'three', ':zero': 0, ':one': 1 } }))
            assert.deepEqual(Attributes, { list: ['three'], n: 1 })

            await documents.send(new BatchWriteCommand({ RequestItems: {
                [TableName]: Array.from({ length: 25 }, (_, at) =>
                ({ PutRequest: { Item: { id: 'b', at, half: at / 2 } } })) } }))
            const page = await documents.send(new QueryCommand({ TableName, Limit: 2, ScanIndexForward: false,
                KeyConditionExpression: 'id = :id AND #at < :at', ExpressionAttributeNames: { '#at': 'at' },
                ExpressionAttributeValues: { ':id': 'b', ':at': 10 } }))
            assert.deepEqual(page.Items, [{ id: 'b', at: 9, half: 4.5 }, { id: 'b', at: 8, half: 4 }])
            assert.deepEqual(page.LastEvaluatedKey, { id: 'b', at: 8 })
            let count = 0
            for await (const one of paginateScan({ client: documents, pageSize: 10 }, { TableName }))
                count += one.Items.length
            assert.equal(count, 26)

            await assert.rejects(documents.send(new TransactWriteCommand({ TransactItems: [
                { Put: { TableName, Item: { id: 'c', at: 1 } } },
                { ConditionCheck: { TableName, Key: { id: 'a', at: 1 },
                    ConditionExpression: 'attribute_not_exists(id)' } }] })),
                error => error.name === 'TransactionCanceledException'
                    && error.CancellationReasons[1].Code === 'ConditionalCheckFailed')
            console.log('all is well')
            """;

    private DocumentClient() {}

    /** Whether npm is there and has what the script needs, or can fetch it. */
    static boolean isThere() throws IOException, InterruptedException {
        if (Files.exists(PACKAGES.resolve("node_modules/@aws-sdk/lib-dynamodb/package.json"))) {
            return true;
        }
        Files.createDirectories(PACKAGES);
        Files.writeString(PACKAGES.resolve("package.json"), "{\"type\":\"module\",\"private\":true}");
        try {
            return ended(List.of("npm", "install", "--no-audit", "--no-fund", "--prefer-offline",
                    "@aws-sdk/client-dynamodb@" + VERSION, "@aws-sdk/lib-dynamodb@" + VERSION), 120).status() == 0;
        } catch (IOException _) {
            return false;
        }
    }

    /** Runs the script; it ends with "all is well" where nothing is wrong. */
    static String run(URI address) throws IOException, InterruptedException {
        Files.writeString(PACKAGES.resolve("documents.mjs"), SCRIPT);
        return ended(List.of("node", "documents.mjs", address.toString()), 60).output();
    }

    private record Ended(int status, String output) {
    }

    private static Ended ended(List<String> command, int seconds) throws IOException, InterruptedException {
        // Not through a pipe, which would be read to the end of a program that does not end.
        var output = PACKAGES.resolve("output.txt");
        var process = new ProcessBuilder(command).directory(PACKAGES.toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        return new Ended(ended ? process.exitValue() : -1, Files.readString(output));
    }
}
