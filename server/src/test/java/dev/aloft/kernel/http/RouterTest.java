package dev.aloft.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.aloft.api.ApiGateway;
import dev.aloft.api.ApiGatewayV2;
import dev.aloft.api.Body;
import dev.aloft.api.CloudFormation;
import dev.aloft.api.DynamoDb;
import dev.aloft.api.Ecr;
import dev.aloft.api.Events;
import dev.aloft.api.Iam;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Lambda;
import dev.aloft.api.Logs;
import dev.aloft.api.S3;
import dev.aloft.api.ServiceModel;
import dev.aloft.api.Ssm;
import dev.aloft.api.Sts;
import dev.aloft.kernel.call.CrossOrigin;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.wire.Authorization;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests as SDKs and tools send them, and what they mean. */
class RouterTest {
    /** Speaks JSON, the query protocol and CBOR, as SQS and CloudWatch do. */
    private static final ServiceModel QUEUES = ServiceModel.of(JsonReader.tree("""
            {"metadata": {"serviceId": "SQS", "protocol": "json", "protocols": ["json", "query", "smithy-rpc-v2-cbor"],
              "endpointPrefix": "sqs", "targetPrefix": "AmazonSQS", "apiVersion": "2012-11-05", "jsonVersion": "1.0"},
             "operations": {"SendMessage": {"http": {"method": "POST", "requestUri": "/"}},
                            "ListQueues": {"http": {"method": "POST", "requestUri": "/"}}}}
            """.getBytes(StandardCharsets.UTF_8)));

    private static final DataPlane GATEWAY = new DataPlane() {
        @Override
        public boolean serves(String host, String rawPath) {
            return host.startsWith("api1.execute-api.")
                    || rawPath.startsWith("/_aws/execute-api/api1/")
                    || rawPath.startsWith("/restapis/api1/") && rawPath.contains("/_user_request_");
        }

        @Override
        public HttpResponse handle(HttpRequest request, String requestId) {
            return HttpResponse.empty(200);
        }
    };

    private static final Router ROUTER = new Router(
            List.of(
                    S3.MODEL,
                    Lambda.MODEL,
                    DynamoDb.MODEL,
                    Sts.MODEL,
                    Iam.MODEL,
                    Logs.MODEL,
                    Ssm.MODEL,
                    CloudFormation.MODEL,
                    ApiGateway.MODEL,
                    ApiGatewayV2.MODEL,
                    Ecr.MODEL,
                    Events.MODEL,
                    QUEUES),
            List.of(GATEWAY),
            List.of("aloft.test"),
            () -> Map.of("version", "1.2.3"),
            CrossOrigin.NONE);

    private static Route route(HttpRequest request) {
        return ROUTER.route(request, Authorization.of(request));
    }

    private static HttpRequest request(String method, String url, String scope, String headers, String body) {
        int slash = url.indexOf('/');
        int mark = url.indexOf('?');
        var all = new Headers().add("Host", slash == 0 ? "127.0.0.1:4566" : url.substring(0, slash));
        if (scope != null) {
            all.add(
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260102/us-east-1/" + scope
                            + "/aws4_request, SignedHeaders=host;x-amz-date, Signature=00");
            all.add("X-Amz-Date", "20260102T030405Z");
        }
        if (headers != null) {
            for (var header : headers.split(" & ")) {
                int colon = header.indexOf(':');
                all.add(header.substring(0, colon), header.substring(colon + 1).strip());
            }
        }
        return new HttpRequest(
                method,
                "http",
                url.substring(slash, mark < 0 ? url.length() : mark),
                mark < 0 ? "" : url.substring(mark + 1),
                all,
                Body.of(body == null ? "" : body),
                "127.0.0.1");
    }

    private static String told(Route route) {
        return switch (route) {
            case Route.ToOperation to -> to.operation() + " " + to.protocol().name()
                    + (to.bucket() == null ? "" : " " + to.path());
            case Route.ToDataPlane _ -> "plane";
            case Route.Answer(var response) -> "answer " + response.status();
            case Route.Refused(var protocol, var error) -> error.code() + " " + error.status() + " " + protocol.name();
        };
    }

    private static String route(String method, String url, String scope, String headers, String body) {
        return told(route(request(method, url, scope, headers, body)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DynamoDB_20120810.PutItem | dynamodb | 1.0 | dynamodb:PutItem json",
                "DynamoDB_20120810.GetItem | | 1.0 | dynamodb:GetItem json",
                "DynamoDB_20120810.CreateBackup | dynamodb | 1.0 | dynamodb:CreateBackup json",
                "DynamoDB_20120810.Nonsense | dynamodb | 1.0 | UnknownOperationException 400 json",
                "AmazonSQS.SendMessage | sqs | 1.0 | sqs:SendMessage json",
                "Logs_20140328.PutLogEvents | logs | 1.1 | logs:PutLogEvents json",
                "AmazonSSM.GetParameter | ssm | 1.1 | ssm:GetParameter json",
                "AWSEvents.PutRule | events | 1.1 | events:PutRule json",
                "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories | ecr | 1.1 | ecr:DescribeRepositories json",
                "AWSGlue.GetTables | glue | 1.1 | NotImplemented 501 json",
                "AWSGlue.GetTables | | 1.1 | UnknownOperationException 400 json",
                "NoDot | dynamodb | 1.0 | UnknownOperationException 400 json"
            })
    void routesByTheTargetHeader(String target, String scope, String version, String expected) {
        assertThat(route(
                        "POST",
                        "/",
                        scope,
                        "X-Amz-Target: " + target + " & Content-Type: application/x-amz-json-" + version,
                        "{}"))
                .isEqualTo(expected);
    }

    @Test
    void speaksAmazonsCborOfOldWhereItIsAsked() {
        assertThat(route(
                        "POST",
                        "/",
                        "kinesis",
                        "X-Amz-Target: Kinesis_20131202.PutRecord & Content-Type: application/x-amz-cbor-1.1",
                        ""))
                .isEqualTo("NotImplemented 501 x-amz-cbor-1.1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sts | Action=GetCallerIdentity&Version=2011-06-15 | sts:GetCallerIdentity query",
                "sts | Action=AssumeRole&Version=2011-06-15&RoleArn=x | sts:AssumeRole query",
                "sts | Version=2011-06-15&Action=AssumeRoleWithSAML | sts:AssumeRoleWithSAML query",
                " | Action=AssumeRoleWithWebIdentity&Version=2011-06-15 | sts:AssumeRoleWithWebIdentity query",
                "iam | Action=CreateRole&Version=2010-05-08 | iam:CreateRole query",
                " | Action=ListUsers&Version=2010-05-08 | iam:ListUsers query",
                "cloudformation | Action=CreateChangeSet&Version=2010-05-15&Parameters=&Tags= "
                        + "| cloudformation:CreateChangeSet query",
                "cloudformation | Action=DescribeStacks | cloudformation:DescribeStacks query",
                "sqs | Action=SendMessage&Version=2012-11-05 | sqs:SendMessage query",
                "iam | Action=Nonsense&Version=2010-05-08 | InvalidAction 400 query",
                "iam | Version=2010-05-08 | MissingAction 400 query",
                "ec2 | Action=DescribeVpcs&Version=2016-11-15 | NotImplemented 501 query",
                "sns | Action=Publish&Version=2010-03-31 | NotImplemented 501 query"
            })
    void routesByTheActionOfAForm(String scope, String form, String expected) {
        var type = "Content-Type: application/x-www-form-urlencoded; charset=utf-8";
        assertThat(route("POST", "/", scope, type, form)).isEqualTo(expected);
        assertThat(route("GET", "/?" + form, scope, null, null))
                .isIn(expected, "NotImplemented 501 rest-json", "s3:ListBuckets rest-xml");
    }

    /** As boto3 sends many metrics. */
    @Test
    void readsAFormThatIsCompressed() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write("Action=GetCallerIdentity&Version=2011-06-15".getBytes(StandardCharsets.UTF_8));
        }
        var type = "Content-Type: application/x-www-form-urlencoded & Content-Encoding: ";
        assertThat(told(route(request("POST", "/", "sts", type + "gzip", "").withBody(Body.of(bytes.toByteArray())))))
                .isEqualTo("sts:GetCallerIdentity query");
        assertThat(route("POST", "/", "sts", type + "br", "Action=GetCallerIdentity"))
                .isEqualTo("UnsupportedMediaTypeException 415 query");
    }

    @Test
    void takesTheActionAlsoFromTheQueryOfAGet() {
        assertThat(route("GET", "/?Action=DescribeStackResources&Version=2010-05-15", "cloudformation", null, null))
                .isEqualTo("cloudformation:DescribeStackResources query");
        assertThat(route(
                        "GET",
                        "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                                + "&X-Amz-Credential=a%2F20260102%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Expires=60"
                                + "&X-Amz-Date=20260102T030405Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00",
                        null,
                        null,
                        null))
                .isEqualTo("sts:GetCallerIdentity query");
        assertThat(route("GET", "/123456789012/queue?Action=SendMessage&Version=2012-11-05", null, null, null))
                .isEqualTo("sqs:SendMessage query");
        assertThat(route("POST", "/123456789012/queue", "sqs", "Content-Type: application/x-www-form-urlencoded",
                        "Action=SendMessage&Version=2012-11-05"))
                .isEqualTo("sqs:SendMessage query");
    }

    @Test
    void keepsTheFormThatItReadForTheProtocol() {
        var route = route(request(
                "POST",
                "/",
                "sts",
                "Content-Type: application/x-www-form-urlencoded",
                "Action=GetCallerIdentity&Version=2011-06-15"));
        assertThat(((Route.ToOperation) route).request().body().bytes(100)).hasSize(43);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sqs | /service/AmazonSQS/operation/SendMessage | sqs:SendMessage smithy-rpc-v2-cbor",
                "sqs | /service/AmazonSQS/operation/Nonsense | UnknownOperationException 400 smithy-rpc-v2-cbor",
                "x | /service/Other/operation/Do | NotImplemented 501 smithy-rpc-v2-cbor",
                "sqs | /elsewhere | UnknownOperationException 404 smithy-rpc-v2-cbor"
            })
    void routesRpcV2ByItsPath(String scope, String path, String expected) {
        assertThat(route("POST", path, scope, "smithy-protocol: rpc-v2-cbor & Content-Type: application/cbor", ""))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | lambda | /2015-03-31/functions | lambda:CreateFunction rest-json",
                "POST | lambda | /2015-03-31/functions/ | lambda:CreateFunction rest-json",
                "GET | lambda | /2015-03-31/functions/?MaxItems=50 | lambda:ListFunctions rest-json",
                "GET | lambda | /2015-03-31/functions/f | lambda:GetFunction rest-json",
                "DELETE | lambda | /2015-03-31/functions/f?Qualifier=1 | lambda:DeleteFunction rest-json",
                "POST | lambda | /2015-03-31/functions/f/invocations | lambda:Invoke rest-json",
                "POST | lambda | "
                        + "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af/"
                        + "invocations | lambda:Invoke rest-json",
                "POST | lambda | /2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations"
                        + " | lambda:Invoke rest-json",
                "POST | lambda | /2021-11-15/functions/f/response-streaming-invocations"
                        + " | lambda:InvokeWithResponseStream rest-json",
                "GET | lambda | /2015-03-31/functions/f/configuration | lambda:GetFunctionConfiguration rest-json",
                "PUT | lambda | /2015-03-31/functions/f/configuration | lambda:UpdateFunctionConfiguration rest-json",
                "PUT | lambda | /2015-03-31/functions/f/code | lambda:UpdateFunctionCode rest-json",
                "GET | lambda | /2015-03-31/functions/f/versions?MaxItems=10000 | "
                + "lambda:ListVersionsByFunction rest-json",
                "POST | lambda | /2015-03-31/functions/f/policy | lambda:AddPermission rest-json",
                "DELETE | lambda | /2015-03-31/functions/f/policy/sid | lambda:RemovePermission rest-json",
                "GET | lambda | /2017-03-31/tags/arn%3Aaws%3Alambda | lambda:ListTags rest-json",
                "GET | lambda | /2020-06-30/functions/f/code-signing-config"
                        + " | lambda:GetFunctionCodeSigningConfig rest-json",
                "POST | lambda | /2015-03-31/event-source-mappings | lambda:CreateEventSourceMapping rest-json",
                "POST | lambda | /2015-03-31/event-source-mappings/ | lambda:CreateEventSourceMapping rest-json",
                "POST |  | /2015-03-31/functions/f/invocations | lambda:Invoke rest-json",
                "GET | lambda | /2015-03-31/nonsense | UnknownOperationException 404 rest-json",
                "POST | s3-object-lambda | /WriteGetObjectResponse | NotImplemented 501 rest-xml",
                "GET | s3express | /b?session | s3:CreateSession rest-xml",
                "PATCH | lambda | /2015-03-31/functions/f | UnknownOperationException 404 rest-json",
                "POST | apigateway | /restapis | apigateway:CreateRestApi rest-json",
                "PUT | apigateway | /restapis/a1?mode=merge | apigateway:PutRestApi rest-json",
                "POST | apigateway | /restapis?mode=import&failonwarnings=true | apigateway:ImportRestApi rest-json",
                "GET | apigateway | /restapis/a1/resources?limit=500 | apigateway:GetResources rest-json",
                "POST | apigateway | /restapis/a1/resources/r | apigateway:CreateResource rest-json",
                "PUT | apigateway | /restapis/a1/resources/r/methods/GET | apigateway:PutMethod rest-json",
                "PUT | apigateway | /restapis/a1/resources/r/methods/GET/integration"
                        + " | apigateway:PutIntegration rest-json",
                "POST | apigateway | /restapis/a1/deployments | apigateway:CreateDeployment rest-json",
                "PATCH | apigateway | /restapis/a1/stages/prod | apigateway:UpdateStage rest-json",
                "GET | apigateway | /v2/apis | apigateway:GetApis rest-json",
                "POST | apigateway | /v2/apis/a1/routes | apigateway:CreateRoute rest-json",
                "GET | apigateway | /v2/apis/a1/stages/%24default | apigateway:GetStage rest-json",
                "PUT | apigateway | /v2/apis | apigateway:ImportApi rest-json",
                "GET | apigateway | /nonsense | UnknownOperationException 404 rest-json",
                "GET | scheduler | /schedules/x?groupName=default | NotImplemented 501 rest-json"
            })
    void routesRestServicesByScopeAndPath(String method, String scope, String path, String expected) {
        assertThat(route(method, path, scope, null, "")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | / | | s3:ListBuckets",
                "GET | /?x-id=ListBuckets | | s3:ListBuckets",
                "GET | /?x-id=ListDirectoryBuckets | | s3:ListDirectoryBuckets",
                "PUT | /b | | s3:CreateBucket",
                "PUT | /b/ | | s3:CreateBucket",
                "HEAD | /b | | s3:HeadBucket",
                "DELETE | /b/ | | s3:DeleteBucket",
                "GET | /b | | s3:ListObjects",
                "GET | /b/?prefix=a&encoding-type=url | | s3:ListObjects",
                "GET | /b/?list-type=2&max-keys=1&prefix=k | | s3:ListObjectsV2",
                "GET | /b?list-type=1 | | s3:ListObjects",
                "GET | /b?location | | s3:GetBucketLocation",
                "GET | /b?location= | | s3:GetBucketLocation",
                "GET | /b?versioning | | s3:GetBucketVersioning",
                "PUT | /b?versioning | | s3:PutBucketVersioning",
                "GET | /b?encryption | | s3:GetBucketEncryption",
                "GET | /b?acl | | s3:GetBucketAcl",
                "GET | /b?lifecycle | | s3:GetBucketLifecycleConfiguration",
                "PUT | /b?lifecycle | | s3:PutBucketLifecycleConfiguration",
                "PUT | /b?notification | | s3:PutBucketNotificationConfiguration",
                "GET | /b?notification | | s3:GetBucketNotificationConfiguration",
                "PUT | /b?publicAccessBlock | | s3:PutPublicAccessBlock",
                "GET | /b?versions&prefix=a | | s3:ListObjectVersions",
                "GET | /b?uploads | | s3:ListMultipartUploads",
                "GET | /b?session | | s3:CreateSession",
                "GET | /b//?session= | | s3:GetObject",
                "GET | /b?analytics&x-id=ListBucketAnalyticsConfigurations | | s3:ListBucketAnalyticsConfigurations",
                "GET | /b?analytics | | s3:ListBucketAnalyticsConfigurations",
                "GET | /b?analytics&id=1 | | s3:GetBucketAnalyticsConfiguration",
                "GET | /b?analytics&id=1&x-id=GetBucketAnalyticsConfiguration | | s3:GetBucketAnalyticsConfiguration",
                "POST | /b?delete | | s3:DeleteObjects",
                "POST | /b/?delete&x-id=DeleteObjects | | s3:DeleteObjects",
                "PUT | /b/k | | s3:PutObject",
                "PUT | /b/k?x-id=PutObject | | s3:PutObject",
                "PUT | /b/a//b/../c%2Fd/ | | s3:PutObject",
                "PUT | /b// | | s3:PutObject",
                "PUT | /b/k | x-amz-copy-source: /b/other | s3:CopyObject",
                "PUT | /b/k?x-id=CopyObject | X-Amz-Copy-Source: b/other | s3:CopyObject",
                "GET | /b/k | | s3:GetObject",
                "GET | /b/k?partNumber=1&versionId=v | | s3:GetObject",
                "GET | /b/k?response-content-type=a | | s3:GetObject",
                "GET | /b/k?attributes | x-amz-object-attributes: ETag | s3:GetObjectAttributes",
                "HEAD | /b/k | | s3:HeadObject",
                "DELETE | /b/k?versionId=null | | s3:DeleteObject",
                "GET | /b/k?tagging | | s3:GetObjectTagging",
                "PUT | /b/k?tagging | | s3:PutObjectTagging",
                "PUT | /b?tagging | | s3:PutBucketTagging",
                "PUT | /b/k?acl | | s3:PutObjectAcl",
                "POST | /b/k?uploads | | s3:CreateMultipartUpload",
                "POST | /b/k?uploads= | | s3:CreateMultipartUpload",
                "PUT | /b/k?partNumber=1&uploadId=u | | s3:UploadPart",
                "PUT | /b/k?x-id=UploadPart&partNumber=1&uploadId=u | | s3:UploadPart",
                "PUT | /b/k?partNumber=1&uploadId=u | x-amz-copy-source: /b/o | s3:UploadPartCopy",
                "GET | /b/k?uploadId=u | | s3:ListParts",
                "POST | /b/k?uploadId=u | | s3:CompleteMultipartUpload",
                "DELETE | /b/k?uploadId=u | | s3:AbortMultipartUpload",
                "POST | /b/k?select&select-type=2 | | s3:SelectObjectContent",
                "POST | /b/k?restore | | s3:RestoreObject",
                "GET | /configuration/x | | s3:GetObject",
                "GET | /2015-03-31/x | | s3:GetObject",
                "PUT | /restapis/x | | s3:PutObject",
                "PUT | /service/x/operation/y | | s3:PutObject"
            })
    void routesS3(String method, String path, String headers, String expected) {
        assertThat(route(method, path, "s3", headers, "")).isEqualTo(expected + " rest-xml");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bucket.localhost:4566 | /bucket/k",
                "bucket.s3.localhost:4566 | /bucket/k",
                "my.dotted.bucket.s3.us-east-1.localhost:4566 | /my.dotted.bucket/k",
                "bucket.s3.amazonaws.com | /bucket/k",
                "bucket.s3-us-west-2.amazonaws.com | /bucket/k",
                "bucket.s3.localhost.localstack.cloud:4566 | /bucket/k",
                "bucket.localhost.localstack.cloud:4566 | /bucket/k",
                "arc-bucket.127.0.0.1:4566 | /arc-bucket/k",
                "bucket.aloft.test | /bucket/k",
                "BUCKET.Aloft.Test:80 | /bucket/k",
                "a.s3.b.s3.localhost | /a.s3.b/k"
            })
    void takesTheBucketFromTheHost(String host, String path) {
        assertThat(route("GET", host + "/k", "s3", null, null)).isEqualTo("s3:GetObject rest-xml " + path);
        assertThat(route("GET", host + "/", "s3", null, null)).startsWith("s3:ListObjects rest-xml ");
        assertThat(route("GET", host + "/k", null, null, null)).isEqualTo("s3:GetObject rest-xml " + path);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:4566",
        "127.0.0.1:4566",
        "[::1]:4566",
        "s3.localhost:4566",
        "s3.us-east-1.amazonaws.com",
        "s3-us-west-2.amazonaws.com",
        "localhost.localstack.cloud:4566",
        "aloft.test",
        "aloft:4566",
        "host.docker.internal:4566"
    })
    void takesTheBucketFromThePathOfAnyOtherHost(String host) {
        assertThat(route("GET", host + "/b/k", "s3", null, null)).isEqualTo("s3:GetObject rest-xml");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | api1.execute-api.localhost:4566/prod/x | | plane",
                "GET | api1.execute-api.localhost:4566/prod/x | execute-api | plane",
                "OPTIONS | api1.execute-api.localhost:4566/prod/x | | plane",
                "GET | api1.execute-api.us-east-1.amazonaws.com/prod/x | | plane",
                "GET | /_aws/execute-api/api1/prod/x | | plane",
                "GET | /restapis/api1/prod/_user_request_/x | | plane",
                "GET | /restapis/api1/resources | apigateway | apigateway:GetResources rest-json",
                "GET | api2.execute-api.localhost:4566/prod/x | | answer 403",
                "GET | u1.lambda-url.us-east-1.localhost:4566/ | | answer 404",
                "GET | /restapis/api1/prod/_user_request_/x | s3 | s3:GetObject rest-xml",
                "GET | api.s3.localhost:4566/execute-api | s3 | s3:GetObject rest-xml /api/execute-api"
            })
    void leavesDeployedThingsToTheirPlanes(String method, String url, String scope, String expected) {
        assertThat(route(method, url, scope, null, null)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /bucket/key | s3:GetObject rest-xml",
                "PUT | /bucket/key | s3:PutObject rest-xml",
                "GET | /bucket/key?AWSAccessKeyId=a&Signature=b&Expires=1 | s3:GetObject rest-xml",
                "GET | /sqs/2015 | s3:GetObject rest-xml",
                "PATCH | /bucket/key | MethodNotAllowed 405 rest-xml"
            })
    void leavesTheRestToS3(String method, String path, String expected) {
        assertThat(route(method, path, null, null, null)).isEqualTo(expected);
    }

    @Test
    void namesTheFormUploadThatIsNotBuilt() {
        assertThat(route("POST", "/bucket", null, "Content-Type: multipart/form-data; boundary=x", ""))
                .isEqualTo("NotImplemented 501 rest-xml");
    }

    @Test
    void tellsItsHealth() {
        for (var path : List.of("/_aws/health", "/_localstack/health")) {
            var route = (Route.Answer) route(request("GET", path, null, null, null));
            assertThat(new String(route.response().body().bytes(10_000), StandardCharsets.UTF_8))
                    .contains("\"s3\":\"available\"", "\"lambda\":\"available\"", "\"version\":\"1.2.3\"");
        }
        assertThat(route("GET", "/_aws/nothing", null, null, null)).isEqualTo("answer 404");
    }

    @Test
    void letsPagesOfThisMachineCallServicesAndNoOthers() {
        var asks = "Access-Control-Request-Method: POST & Access-Control-Request-Headers: x-amz-target & Origin: ";
        for (var origin : List.of("http://localhost:3000", "https://app.localhost", "http://127.0.0.1",
                "http://x.aloft.test")) {
            var answer = (Route.Answer) route(request("OPTIONS", "/", null, asks + origin, null));
            assertThat(answer.response().status()).isEqualTo(200);
            assertThat(answer.response().headers().first("access-control-allow-origin")).isEqualTo(origin);
            assertThat(answer.response().headers().first("access-control-allow-headers")).isEqualTo("x-amz-target");
        }
        for (var origin : List.of("https://evil.example", "http://localhost.evil.example", "null", "nonsense::")) {
            assertThat(route("OPTIONS", "/", null, asks + origin, null)).isEqualTo("answer 403");
            assertThat(route(
                            "POST",
                            "/",
                            null,
                            "Content-Type: application/x-www-form-urlencoded & Origin: " + origin,
                            "Action=DeleteUser&Version=2010-05-08"))
                    .isEqualTo("answer 403");
            assertThat(route("GET", "/bucket/key", null, "Origin: " + origin, null)).isEqualTo("s3:GetObject rest-xml");
        }
    }
}
