package dev.aloft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.aloft.api.ApiError;
import dev.aloft.api.Body;
import dev.aloft.api.JsonReader;
import dev.aloft.api.Operation;
import dev.aloft.api.Schema;
import dev.aloft.api.ServiceModel;
import dev.aloft.api.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the public protocol suites taught, as cases of our own: each is written as a client does and read as a server
 * does.
 */
class ProtocolCasesTest {
    /** One service in C2J form; the protocol is put in by each case. */
    private static final String MODEL = """
        {'metadata': {'protocol': '%s', 'jsonVersion': '1.1', 'targetPrefix': 'Zoo_2026', 'serviceId': 'Zoo',
          'apiVersion': '2026-01-01', 'endpointPrefix': 'zoo'},
         'operations': {
          'Feed': {'http': {'method': 'POST', 'requestUri': '/feed'}, 'input': {'shape': 'Feed'},
            'output': {'shape': 'Feed'}, 'errors': [{'shape': 'Hungry'}]},
          'Visit': {'http': {'method': 'PUT', 'requestUri': '/visit/{Who}/{Path+}?kind=zoo'},
            'input': {'shape': 'Visit'}, 'output': {'shape': 'Visited'}},
          'Upload': {'http': {'method': 'POST', 'requestUri': '/upload'}, 'input': {'shape': 'Upload'}},
          'Watch': {'http': {'method': 'POST', 'requestUri': '/watch'}, 'output': {'shape': 'Watched'}},
          'Close': {'http': {'method': 'POST', 'requestUri': '/close'}}
         },
         'shapes': {
          'Feed': {'type': 'structure', 'members': {
            'Name': {'shape': 'String'}, 'Count': {'shape': 'Integer'}, 'Weight': {'shape': 'Double'},
            'At': {'shape': 'Time'}, 'Iso': {'shape': 'Iso'}, 'Blob': {'shape': 'Blob'}, 'Foods': {'shape': 'Foods'},
            'Flat': {'shape': 'Flat'}, 'Notes': {'shape': 'Notes'}, 'Choice': {'shape': 'Choice'},
            'Inner': {'shape': 'Feed'}, 'Free': {'shape': 'Document'},
            'Mark': {'shape': 'String', 'xmlAttribute': true, 'locationName': 'mark'}}},
          'Visit': {'type': 'structure', 'required': ['Who', 'Path'], 'members': {
            'Who': {'shape': 'String', 'location': 'uri', 'locationName': 'Who'},
            'Path': {'shape': 'String', 'location': 'uri', 'locationName': 'Path'},
            'Days': {'shape': 'Foods', 'location': 'querystring', 'locationName': 'day'},
            'When': {'shape': 'Time', 'location': 'querystring', 'locationName': 'when'},
            'Since': {'shape': 'Time', 'location': 'header', 'locationName': 'X-Since'},
            'Tags': {'shape': 'Foods', 'location': 'header', 'locationName': 'X-Tags'},
            'Dates': {'shape': 'Times', 'location': 'header', 'locationName': 'X-Dates'},
            'Json': {'shape': 'String', 'location': 'header', 'locationName': 'X-Json', 'jsonvalue': true},
            'Meta': {'shape': 'Notes', 'location': 'headers', 'locationName': 'X-Meta-'},
            'Rest': {'shape': 'Notes', 'location': 'querystring'},
            'Body': {'shape': 'Feed'}}, 'payload': 'Body'},
          'Visited': {'type': 'structure', 'members': {'Status': {'shape': 'Integer', 'location': 'statusCode'},
            'Note': {'shape': 'String'}}},
          'Upload': {'type': 'structure', 'payload': 'Content', 'members': {
            'Content': {'shape': 'Blob', 'streaming': true},
            'Type': {'shape': 'String', 'location': 'header', 'locationName': 'Content-Type'}}},
          'Watched': {'type': 'structure', 'payload': 'Events', 'members': {'Events': {'shape': 'Events'}}},
          'Events': {'type': 'structure', 'eventstream': true, 'union': true, 'members': {
            'Seen': {'shape': 'Seen'}, 'Hungry': {'shape': 'Hungry'}}},
          'Seen': {'type': 'structure', 'event': true, 'members': {
            'What': {'shape': 'Blob', 'eventpayload': true}, 'Number': {'shape': 'Integer', 'eventheader': true}}},
          'Hungry': {'type': 'structure', 'exception': true, 'error': {'httpStatusCode': 409, 'code': 'Zoo.Hungry'},
            'members': {'Message': {'shape': 'String'}, 'Animal': {'shape': 'String'}}},
          'Choice': {'type': 'structure', 'union': true, 'members': {'A': {'shape': 'String'}, 'B': {'shape': 'Integer'}}},
          'Foods': {'type': 'list', 'member': {'shape': 'String'}},
          'Times': {'type': 'list', 'member': {'shape': 'Time'}},
          'Flat': {'type': 'list', 'flattened': true, 'member': {'shape': 'String', 'locationName': 'Food'}},
          'Notes': {'type': 'map', 'key': {'shape': 'String'}, 'value': {'shape': 'String'}},
          'String': {'type': 'string'}, 'Integer': {'type': 'integer'}, 'Double': {'type': 'double'},
          'Blob': {'type': 'blob'}, 'Time': {'type': 'timestamp'}, 'Document': {'type': 'document'},
          'Iso': {'type': 'timestamp', 'timestampFormat': 'iso8601'}}}
        """;

    private static Operation operation(String protocol, String name) {
        return ServiceModel.of(JsonReader.tree(MODEL.formatted(protocol).replace('\'', '"'))).operation(name);
    }

    @SuppressWarnings("unchecked")
    private static Shape shape(Schema.Structure structure, String json) {
        return Trees.read(structure, (Map<String, Object>) JsonReader.tree(json.replace('\'', '"')));
    }

    private static String text(Body body) {
        return new String(body.bytes(1 << 20), StandardCharsets.UTF_8);
    }

    private static HttpRequest request(String method, String target, String body, String... headers) {
        int mark = target.indexOf('?');
        return new HttpRequest(
                method,
                "http",
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? "" : target.substring(mark + 1),
                Headers.of(headers),
                Body.of(body),
                null);
    }

    record Case(String name, String protocol, String input, String body) {
        @Override
        public String toString() {
            return protocol + ": " + name;
        }
    }

    static Stream<Case> bodies() {
        return Stream.of(
                new Case("moments are seconds, with a fraction where there is one", "json",
                        "{'At':'2014-04-29T18:30:38Z','Iso':'2014-04-29T18:30:38.123Z'}",
                        "{'At':1398796238,'Iso':'2014-04-29T18:30:38.123Z'}"),
                new Case("a fraction of a second survives", "json", "{'At':'1969-12-31T23:59:58.5Z'}", "{'At':-1.5}"),
                new Case("what is no number is a string", "json", "{'Weight':1.5}", "{'Weight':1.5}"),
                new Case("bytes are base64", "json", "{'Blob':'AQI='}", "{'Blob':'AQI='}"),
                new Case("empty is not absent", "json", "{'Foods':[],'Notes':{},'Name':''}",
                        "{'Name':'','Foods':[],'Notes':{}}"),
                new Case("documents are anything", "json", "{'Free':{'a':[1,null,true,'x']}}",
                        "{'Free':{'a':[1,null,true,'x']}}"),
                new Case("a union has its one member", "json", "{'Choice':{'B':1}}", "{'Choice':{'B':1}}"),
                new Case("structures nest", "rest-json", "{'Inner':{'Inner':{'Name':'n'}}}",
                        "{'Inner':{'Inner':{'Name':'n'}}}"),
                new Case("lists are numbered, flat ones by their element", "query",
                        "{'Foods':['a b','c'],'Flat':['x']}",
                        "Action=Feed&Version=2026-01-01&Foods.member.1=a%20b&Foods.member.2=c&Food.1=x"),
                new Case("an empty list is told", "query", "{'Foods':[]}", "Action=Feed&Version=2026-01-01&Foods="),
                new Case("maps are entries", "query", "{'Notes':{'k':'v'}}",
                        "Action=Feed&Version=2026-01-01&Notes.entry.1.key=k&Notes.entry.1.value=v"),
                new Case("moments are ISO 8601", "query", "{'At':'2014-04-29T18:30:38Z'}",
                        "Action=Feed&Version=2026-01-01&At=2014-04-29T18%3A30%3A38Z"),
                new Case("lists have no element names", "ec2", "{'Foods':['a'],'Inner':{'Count':1}}",
                        "Action=Feed&Version=2026-01-01&Foods.1=a&Inner.Count=1"),
                new Case("attributes, escapes and wrapped lists", "rest-xml",
                        "{'Name':'<a>&','Foods':['x','y'],'Mark':'m\\\"'}",
                        "<Feed mark='m&quot;'><Name>&lt;a&gt;&amp;</Name><Foods><member>x</member><member>y</member>"
                                + "</Foods></Feed>"),
                new Case("flat lists have the member's name", "rest-xml", "{'Flat':['x','y']}",
                        "<Feed><Flat>x</Flat><Flat>y</Flat></Feed>"),
                new Case("maps have entries", "rest-xml", "{'Notes':{'k':'ü'}}",
                        "<Feed><Notes><entry><key>k</key><value>ü</value></entry></Notes></Feed>"));
    }

    @ParameterizedTest
    @MethodSource
    void bodies(Case each) {
        var feed = operation(each.protocol, "Feed");
        var protocol = Protocols.of(feed.service());
        var input = shape(feed.input(), each.input);
        var request = protocol.writeInput(feed, input);
        assertThat(text(request.body())).isEqualTo(each.body.replace('\'', '"'));
        assertThat(Trees.of(protocol.readInput(feed, request))).isEqualTo(Trees.of(input));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void answersComeBackAsTheyWere(Case each) {
        var feed = operation(each.protocol, "Feed");
        var protocol = Protocols.of(feed.service());
        var output = shape(feed.output(), each.input);
        var back = Trees.of(protocol.readOutput(feed, protocol.writeOutput(feed, output, "id")));
        var expected = new LinkedHashMap<>(Trees.of(output));
        if (List.of("query", "ec2").contains(each.protocol)) {
            expected.keySet().removeIf(key -> expected.get(key).equals(List.of()) && !back.containsKey(key));
        }
        assertThat(back).isEqualTo(expected);
    }

    @Test
    void cborCarriesAllOfIt() {
        var feed = operation("smithy-rpc-v2-cbor", "Feed");
        var input = shape(feed.input(), "{'Name':'ü','Count':-70000,'Weight':1.5,'At':'2014-04-29T18:30:38.25Z',"
                + "'Blob':'AQI=','Foods':['a'],'Notes':{'k':'v'},'Choice':{'A':''},'Inner':{'Count':0}}");
        var request = CborRpc.INSTANCE.writeInput(feed, input);
        assertThat(request.rawPath()).isEqualTo("/service/Zoo_2026/operation/Feed");
        assertThat(Trees.of(CborRpc.INSTANCE.readInput(feed, request))).isEqualTo(Trees.of(input));
        var response = CborRpc.INSTANCE.writeOutput(feed, input, "id");
        assertThat(response.headers().first("smithy-protocol")).isEqualTo("rpc-v2-cbor");
        assertThat(Trees.of(CborRpc.INSTANCE.readOutput(feed, response))).isEqualTo(Trees.of(input));
    }

    @Test
    void labelsQueriesAndHeadersHoldWhatIsBoundToThem() {
        var visit = operation("rest-json", "Visit");
        var input = shape(visit.input(),
                "{'Who':'a/b c','Path':'x//y z','Days':['1','2'],'When':'2014-04-29T18:30:38Z',"
                + "'Since':'2014-04-29T18:30:38Z','Tags':['a','b,c','\\\"d\\\"'],'Dates':['2014-04-29T18:30:38Z',"
                + "'2014-04-30T18:30:38Z'],'Json':'{}','Meta':{'One':'1'},'Rest':{'other':'o'},'Body':{'Name':'n'}}");
        var request = RestJson.INSTANCE.writeInput(visit, input);
        assertThat(request.rawPath()).isEqualTo("/visit/a%2Fb%20c/x//y%20z");
        assertThat(request.rawQuery())
                .isEqualTo("kind=zoo&day=1&day=2&when=2014-04-29T18%3A30%3A38Z&other=o");
        assertThat(request.headers().first("X-Since")).isEqualTo("Tue, 29 Apr 2014 18:30:38 GMT");
        assertThat(request.headers().first("X-Tags")).isEqualTo("a, \"b,c\", \"\\\"d\\\"\"");
        assertThat(request.headers().first("X-Json")).isEqualTo("e30=");
        assertThat(request.headers().first("X-Meta-One")).isEqualTo("1");
        assertThat(text(request.body())).isEqualTo("{\"Name\":\"n\"}");
        var read = new LinkedHashMap<>(Trees.of(RestJson.INSTANCE.readInput(visit, request)));
        assertThat(read.remove("Rest")).isEqualTo(
                Map.of("other", "o", "day", "1", "when", "2014-04-29T18:30:38Z"));
        var expected = new LinkedHashMap<>(Trees.of(input));
        expected.remove("Rest");
        assertThat(read).isEqualTo(expected);
    }

    @Test
    void headersCannotBeSplit() {
        var upload = operation("rest-json", "Upload");
        var request = RestJson.INSTANCE.writeInput(upload, shape(upload.input(), "{'Type':'a\\r\\nX-Evil: 1'}"));
        assertThat(request.headers().first("Content-Type")).isEqualTo("a  X-Evil: 1");
    }

    @Test
    void aStatusMemberIsTheStatus() {
        var visit = operation("rest-json", "Visit");
        var response = RestJson.INSTANCE.writeOutput(visit, shape(visit.output(), "{'Status':201,'Note':'n'}"), "id");
        assertThat(response.status()).isEqualTo(201);
        assertThat(text(response.body())).isEqualTo("{\"Note\":\"n\"}");
        assertThat(Trees.of(RestJson.INSTANCE.readOutput(visit, response))).containsEntry("Status", 201);
    }

    @Test
    void anOperationWithoutOutputAnswersNothing() {
        for (var protocol : List.of("json", "rest-json", "rest-xml", "smithy-rpc-v2-cbor")) {
            var close = operation(protocol, "Close");
            var response = Protocols.of(close.service()).writeOutput(close, close.output().newBuilder().build(), "id");
            assertThat(response.body().length()).as(protocol).isZero();
        }
    }

    record Refused(String protocol, String body, String code, String message) {}

    static Stream<Refused> refused() {
        var number = "class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String";
        return Stream.of(
                new Refused("json", "{'Name':1}", "SerializationException", number),
                new Refused("rest-json", "{'Name':true}", "SerializationException",
                        "class java.lang.Boolean can not be converted to an String"),
                new Refused("json", "{'Name':['a']}", "SerializationException",
                        "Start of list found where not expected"),
                new Refused("json", "{'Name':{}}", "SerializationException",
                        "Start of structure or map found where not expected."),
                new Refused("json", "{'Count':1.5}", "SerializationException", "'1.5' is not a valid integer"),
                new Refused("json", "{'Count':2147483648}", "SerializationException",
                        "'2147483648' is not a valid integer"),
                new Refused("json", "{'Choice':{}}", "SerializationException", "Union Choice must have one member set"),
                new Refused("json", "{'Choice':{'A':'a','B':1}}", "SerializationException",
                        "Union Choice must have only one member set"),
                new Refused("json", "{'Choice':{'C':1}}", "SerializationException",
                        "Union Choice must have one member set"),
                new Refused("json", "{'Foods':['a',null]}", "SerializationException", "Unexpected null value"),
                new Refused("json", "{'Blob':'xyz'}", "SerializationException",
                        "'xyz' can not be converted to a Blob: Base64 encoded length is expected a "
                                + "multiple of 4 bytes but found: 3"),
                new Refused("json", "{'Blob':'=+/='}", "SerializationException",
                        "'=+/=' can not be converted to a Blob: Invalid Base64 character: '='"),
                new Refused("json", "{'Blob':'+/+='}", "SerializationException",
                        "'+/+=' can not be converted to a Blob: Invalid last non-pad Base64 character dectected"),
                new Refused("json", "{'At':'23'}", "SerializationException",
                        "class java.lang.String can not be converted to milliseconds since epoch"),
                new Refused("json", "{'Foods':'a'}", "SerializationException", "Expected list or null"),
                new Refused("json", "{'Inner':1}", "SerializationException", "Expected null"),
                new Refused("json", "{'Name':'a'}}", "SerializationException",
                        "Unexpected content after the end of the document"),
                new Refused("json", "{'Name':'a',}", "SerializationException", "Expected a member name"),
                new Refused("rest-xml", "<Feed><Name>", "MalformedInput", "The XML is not well-formed"),
                new Refused("rest-xml", "<!DOCTYPE f [<!ENTITY x 'y'>]><Feed><Name>&x;</Name></Feed>", "MalformedInput",
                        null),
                new Refused("query", "Action=Feed&Count=many", "MalformedInput", "'many' is not a valid integer"));
    }

    @ParameterizedTest
    @MethodSource
    void refused(Refused each) {
        var feed = operation(each.protocol, "Feed");
        var request = request("POST", "/feed", each.body.replace('\'', '"'), "Content-Type",
                each.protocol.equals("rest-json") ? "application/json" : "x");
        var error = catchThrowableOfType(
                ApiError.class, () -> Protocols.of(feed.service()).readInput(feed, request));
        assertThat(error).as(each.body).isNotNull();
        assertThat(error.status()).isEqualTo(400);
        assertThat(error.code()).isEqualTo(each.code);
        if (each.message != null) {
            assertThat(error.getMessage()).isEqualTo(each.message);
        }
    }

    @Test
    void clientsPassOverWhatTheyDoNotKnow() {
        var feed = operation("json", "Feed");
        var response = HttpResponse.of(200, "application/x-amz-json-1.1",
                "{\"New\":{\"a\":[1]},\"Name\":null,\"Foods\":[\"a\",null],\"At\":\"2014-04-29T18:30:38Z\"}"
                .getBytes());
        assertThat(Trees.of(JsonRpc.V1_1.readOutput(feed, response)))
                .isEqualTo(Map.of("Foods", List.of("a"), "At", "2014-04-29T18:30:38Z"));
    }

    @Test
    void contentOfAnotherTypeIsRefused() {
        var feed = operation("rest-json", "Feed");
        var error = catchThrowableOfType(ApiError.class, () -> RestJson.INSTANCE.readInput(
                feed, request("POST", "/feed", "{}", "Content-Type", "application/hal+json")));
        assertThat(error.status()).isEqualTo(415);
        assertThat(error.code()).isEqualTo("UnsupportedMediaTypeException");
    }

    @Test
    void everyProtocolTellsErrorsAndTheirMembers() {
        for (var name : List.of("json", "rest-json", "query", "ec2", "rest-xml", "smithy-rpc-v2-cbor")) {
            var feed = operation(name, "Feed");
            var protocol = Protocols.of(feed.service());
            var detail = shape(feed.errors().getFirst(), "{'Message':'feed me','Animal':'bear'}");
            var response = protocol.writeError(feed, new RemoteError("Hungry", 409, "feed me", detail), "id");
            assertThat(response.status()).isEqualTo(409);
            var error = catchThrowableOfType(ApiError.class, () -> protocol.readOutput(feed, response));
            assertThat(error.code()).as(name).isIn("Hungry", "Zoo.Hungry");
            assertThat(error).as(name).hasMessage("feed me");
            assertThat(Trees.of(error.detail())).as(name).containsEntry("Animal", "bear");
        }
    }

    @Test
    void eventsFollowEachOtherAsTheyCome() {
        for (var name : List.of("rest-json", "json", "smithy-rpc-v2-cbor")) {
            var watch = operation(name, "Watch");
            var protocol = Protocols.of(watch.service());
            var events = watch.output().member("Events");
            var union = (Schema.Structure) events.target();
            var all = List.of(
                    shape(union, "{'Seen':{'What':'AQI=','Number':7}}"), shape(union, "{'Seen':{'What':'AQ=='}}"));
            var output = watch.output().newBuilder().set(events.index(), all.iterator()).build();
            var response = protocol.writeOutput(watch, output, "id");
            assertThat(response.headers().first("Content-Type")).isEqualTo("application/vnd.amazon.eventstream");
            var read = (Iterator<?>) protocol.readOutput(watch, response).get(events.index());
            var seen = new ArrayList<Map<String, Object>>();
            read.forEachRemaining(event -> seen.add(Trees.of((Shape) event)));
            assertThat(seen).as(name).isEqualTo(all.stream().map(Trees::of).toList());
        }
    }

    @Test
    void anErrorInAStreamEndsIt() {
        var watch = operation("rest-json", "Watch");
        var events = watch.output().member("Events");
        var failing = new Iterator<Shape>() {
            @Override
            public boolean hasNext() {
                throw ApiError.of("Tired", 400, "no more");
            }

            @Override
            public Shape next() {
                throw new AssertionError();
            }
        };
        var output = watch.output().newBuilder().set(events.index(), failing).build();
        var read = (Iterator<?>) RestJson.INSTANCE
                .readOutput(watch, RestJson.INSTANCE.writeOutput(watch, output, "id"))
                .get(events.index());
        var error = catchThrowableOfType(ApiError.class, read::next);
        assertThat(error.code()).isEqualTo("Tired");
        assertThat(error).hasMessage("no more");
    }
}
