package dev.aloft.service.cloudformation.template;

import java.util.Map;
import java.util.Optional;

/** One output as a template declares it. */
public record Output(String name, Value value, Optional<String> description, Optional<Value> export,
        Optional<String> condition) {
    static Output read(String name, Object tree) {
        if (!(tree instanceof Map) || !Trees.map(tree).containsKey("Value")) {
            throw TemplateError.format("Every Outputs member must contain a Value object");
        }
        var map = Trees.map(tree);
        var path = "/Outputs/" + name;
        return new Output(name, Value.read(map.get("Value"), path + "/Value"),
                Optional.ofNullable(map.get("Description")).map(Trees::text),
                Optional.ofNullable(Trees.map(map.get("Export")).get("Name"))
                .map(v -> Value.read(v, path + "/Export/Name")),
                Optional.ofNullable(map.get("Condition")).map(Trees::text));
    }
}
