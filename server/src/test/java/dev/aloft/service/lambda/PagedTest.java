package dev.aloft.service.lambda;

import static dev.aloft.service.lambda.TestLambda.caller;
import static dev.aloft.service.lambda.TestLambda.zip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.aloft.api.Lambda;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists, an item at a time: of each the names of its items, in order. */
class PagedTest {
    @TempDir
    Path folder;

    private TestLambda test;

    /** @param next the marker of the next page, or null */
    private record Listed(Stream<String> names, String next) {}

    @BeforeEach
    void start() {
        test = new TestLambda(folder);
        for (var name : List.of("a", "b")) {
            test.create(name, "provided.al2023", "x", Map.of("bootstrap", "#!/bin/sh\n"), r -> r.publish(true));
        }
        for (var name : List.of("blue", "green", "red")) {
            test.lambda.createAlias(caller(),
                    Lambda.CreateAliasRequest.of(r -> r.functionName("a").name(name).functionVersion("1")));
            test.lambda.createFunctionUrlConfig(caller(), Lambda.CreateFunctionUrlConfigRequest.of(
                    r -> r.functionName("a").qualifier(name).authType("NONE")));
            test.lambda.putFunctionEventInvokeConfig(caller(), Lambda.PutFunctionEventInvokeConfigRequest.of(
                    r -> r.functionName("a").qualifier(name).maximumRetryAttempts(1)));
        }
        for (var name : List.of("base", "base", "more")) {
            test.lambda.publishLayerVersion(caller(), Lambda.PublishLayerVersionRequest.of(r -> r.layerName(name)
                    .content(Lambda.LayerVersionContentInput.of(c -> c.zipFile(zip(Map.of("f", name)))))));
        }
    }

    @AfterEach
    void stop() {
        test.close();
    }

    private static List<String> walked(Function<String, Listed> list) {
        var all = new ArrayList<String>();
        String marker = null;
        do {
            var page = list.apply(marker);
            var names = page.names().toList();
            assertThat(names).hasSize(1);
            all.addAll(names);
            marker = page.next();
        } while (marker != null);
        assertThatThrownBy(() -> list.apply("green")).isInstanceOf(Lambda.InvalidParameterValueException.class)
                .hasMessage("Invalid Marker");
        return all;
    }

    private static String last(String arn) {
        return arn.substring(arn.lastIndexOf(':') + 1);
    }

    private Listed functions(String version, String marker) {
        var page = test.lambda.listFunctions(caller(),
                Lambda.ListFunctionsRequest.of(r -> r.functionVersion(version).maxItems(1).marker(marker)));
        return new Listed(page.functions().stream().map(f -> f.functionName() + " " + f.version()), page.nextMarker());
    }

    private Listed versions(String marker) {
        var page = test.lambda.listVersionsByFunction(caller(),
                Lambda.ListVersionsByFunctionRequest.of(r -> r.functionName("a").maxItems(1).marker(marker)));
        return new Listed(page.versions().stream().map(Lambda.FunctionConfiguration::version), page.nextMarker());
    }

    private Listed aliases(String marker) {
        var page = test.lambda.listAliases(caller(),
                Lambda.ListAliasesRequest.of(r -> r.functionName("a").maxItems(1).marker(marker)));
        return new Listed(page.aliases().stream().map(Lambda.AliasConfiguration::name), page.nextMarker());
    }

    private Listed urls(String marker) {
        var page = test.lambda.listFunctionUrlConfigs(caller(),
                Lambda.ListFunctionUrlConfigsRequest.of(r -> r.functionName("a").maxItems(1).marker(marker)));
        return new Listed(page.functionUrlConfigs().stream().map(u -> last(u.functionArn())), page.nextMarker());
    }

    private Listed eventInvokeConfigs(String marker) {
        var page = test.lambda.listFunctionEventInvokeConfigs(caller(),
                Lambda.ListFunctionEventInvokeConfigsRequest.of(r -> r.functionName("a").maxItems(1).marker(marker)));
        return new Listed(page.functionEventInvokeConfigs().stream().map(c -> last(c.functionArn())),
                page.nextMarker());
    }

    private Listed layers(String marker) {
        var page = test.lambda.listLayers(caller(), Lambda.ListLayersRequest.of(r -> r.maxItems(1).marker(marker)));
        return new Listed(page.layers().stream().map(Lambda.LayersListItem::layerName), page.nextMarker());
    }

    private Listed layerVersions(String marker) {
        var page = test.lambda.listLayerVersions(caller(),
                Lambda.ListLayerVersionsRequest.of(r -> r.layerName("base").maxItems(1).marker(marker)));
        return new Listed(page.layerVersions().stream().map(v -> String.valueOf(v.version())), page.nextMarker());
    }

    @Test
    void eachListGoesOnWhereItsMarkerSays() {
        assertThat(walked(marker -> functions(null, marker))).containsExactly("a $LATEST", "b $LATEST");
        assertThat(walked(marker -> functions("ALL", marker)))
                .containsExactly("a $LATEST", "a 1", "b $LATEST", "b 1");
        assertThat(walked(this::versions)).containsExactly("$LATEST", "1");
        assertThat(walked(this::aliases)).containsExactly("blue", "green", "red");
        assertThat(walked(this::urls)).containsExactly("blue", "green", "red");
        assertThat(walked(this::eventInvokeConfigs)).containsExactly("blue", "green", "red");
        assertThat(walked(this::layers)).containsExactly("base", "more");
        assertThat(walked(this::layerVersions)).containsExactly("2", "1");
    }

    @Test
    void aMarkerIsOfItsFunctionAlone() {
        var ofA = versions(null).next();
        assertThatThrownBy(() -> test.lambda.listVersionsByFunction(caller(),
                Lambda.ListVersionsByFunctionRequest.of(r -> r.functionName("b").marker(ofA))))
                .hasMessage("Invalid Marker");
    }
}
