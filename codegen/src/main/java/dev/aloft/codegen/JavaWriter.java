package dev.aloft.codegen;

import static dev.aloft.codegen.Model.list;
import static dev.aloft.codegen.Model.map;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes one service's interface: its operations, records, unions, errors, enum constants, client and switch. */
final class JavaWriter {
    /** Names that mean something else in the generated file; a shape called so gets an underscore. */
    private static final Set<String> OWN_NAMES = Set.of(
            "Request", "Remote", "Api", "ApiError", "Arn", "Body", "Bytes", "Caller", "Endpoint", "Operation",
            "Principal", "Schema", "ServiceModel", "Shape", "ShapeBuilder");

    private final Model model;
    private final StringBuilder out = new StringBuilder();
    private final Set<String> inputs = new LinkedHashSet<>();
    private final Set<String> errors = new LinkedHashSet<>();

    JavaWriter(Model model) {
        this.model = model;
        for (var name : model.listed) {
            var operation = model.operations.get(name);
            inputs.add(shapeOf(operation.get("input")));
            list(operation.get("errors")).forEach(error -> errors.add(shapeOf(error)));
        }
    }

    String write() throws IOException {
        var name = model.interfaceName;
        line("// Generated from AWS's published model of %s. Not edited by hand.",
                model.metadata.get("serviceFullName"));
        line("package dev.aloft.api;");
        line("");
        line("/** %s, API version %s. */", model.metadata.get("serviceFullName"), model.metadata.get("apiVersion"));
        line("@java.lang.SuppressWarnings({\"unchecked\", \"deprecation\"})");
        line("public interface %s extends Api {", name);
        line("    ServiceModel MODEL = ServiceModel.load(%s.class, \"%s.model.json\", \"%s\", %s::newBuilder);", name,
                model.service, model.metadata().replace("\\", "\\\\").replace("\"", "\\\""), name);
        line("");
        for (int i = 0; i < model.listed.size(); i++) {
            var operation = model.listed.get(i);
            line("    Operation %s = MODEL.generated(%d, \"%s\");", Names.constant(operation), i, operation);
        }
        line("");
        for (var operation : model.listed) {
            line("    %s %s(Caller caller, %s input);", output(operation), Names.member(operation), input(operation));
            line("");
        }
        dispatch();
        remote();
        builders();
        line("    /** Any input of this service. */");
        line("    sealed interface Request extends Shape {}");
        model.shapes.forEach(this::shape);
        line("}");
        return out.toString();
    }

    private void dispatch() {
        line("    @java.lang.Override");
        line("    default ServiceModel model() {");
        line("        return MODEL;");
        line("    }");
        line("");
        line("    @java.lang.Override");
        line("    default Shape call(Operation operation, Caller caller, Shape input) {");
        line("        return switch (operation.index()) {");
        for (int i = 0; i < model.listed.size(); i++) {
            var operation = model.listed.get(i);
            line("            case %d -> %s(caller, (%s) input);", i, Names.member(operation), input(operation));
        }
        line("            default -> throw ApiError.notBuilt(operation.toString());");
        line("        };");
        line("    }");
        line("");
    }

    private void remote() {
        line("    /** This service as it is reached through an endpoint. */");
        line("    static %s at(Endpoint endpoint) {", model.interfaceName);
        line("        return new Remote(endpoint);");
        line("    }");
        line("");
        line("    record Remote(Endpoint endpoint) implements %s {", model.interfaceName);
        for (var operation : model.listed) {
            line("        @java.lang.Override");
            line("        public %s %s(Caller caller, %s input) {", output(operation), Names.member(operation),
                    input(operation));
            line("            return (%s) endpoint.call(%s, caller, input);", output(operation),
                    Names.constant(operation));
            line("        }");
            line("");
        }
        line("    }");
        line("");
    }

    private void builders() {
        line("    private static ShapeBuilder newBuilder(int index) {");
        line("        return switch (index) {");
        model.shapes.forEach((name, shape) -> {
            if ("structure".equals(shape.get("type"))) {
                var holder = errors.contains(name) ? type(name) + ".Detail" : type(name);
                line("            case %s -> new %s.Builder();", shape.get("index"), holder);
            }
        });
        line("            default -> throw new java.lang.IllegalArgumentException();");
        line("        };");
        line("    }");
        line("");
    }

    private void shape(String name, Map<String, Object> shape) {
        if (!"structure".equals(shape.get("type"))) {
            constants(name, shape);
        } else if (errors.contains(name)) {
            error(name, shape);
        } else if (Boolean.TRUE.equals(shape.get("union")) || Boolean.TRUE.equals(shape.get("eventstream"))) {
            union(name, shape);
        } else {
            record(type(name), name, shape, inputs.contains(name) ? "Request" : "Shape", "    ");
        }
    }

    private void constants(String name, Map<String, Object> shape) {
        var values = list(shape.get("enum"));
        if (values.isEmpty() || name.startsWith("__")) {
            return;
        }
        line("");
        line("    /** The values of %s. */", name);
        line("    final class %s {", type(name));
        line("        private %s() {}", type(name));
        var used = new LinkedHashSet<String>();
        for (var value : values) {
            var constant = Names.constant((String) value);
            if (used.add(constant)) {
                line("        public static final java.lang.String %s = \"%s\";", constant, escape((String) value));
            }
        }
        line("    }");
    }

    private void error(String name, Map<String, Object> shape) {
        var traits = map(shape.getOrDefault("error", Map.of()));
        boolean fault = Boolean.TRUE.equals(shape.get("fault")) || Boolean.TRUE.equals(traits.get("fault"));
        var status = traits.get("httpStatusCode") instanceof Number code ? code.intValue() : fault ? 500 : 400;
        var code = traits.get("code") instanceof String given ? given : name;
        var type = type(name);
        var message = members(shape).keySet().stream().filter(each -> each.equalsIgnoreCase("message")).findFirst();
        line("");
        line("    /** {@code %s}, HTTP %d. */", code, status);
        line("    final class %s extends ApiError {", type);
        line("        private final Detail detail;");
        line("");
        line("        public %s(java.lang.String message) {", type);
        line("            super(\"%s\", %d, %s, message);", code, status, status < 500);
        line("            this.detail = %s;",
                message.map(m -> "Detail.of(d -> d." + Names.member(m) + "(message))").orElse("Detail.of(d -> {})"));
        line("        }");
        line("");
        line("        public %s(Detail detail) {", type);
        line("            super(\"%s\", %d, %s, %s);", code, status, status < 500,
                message.map(m -> "detail." + Names.member(m) + "()").orElse("null"));
        line("            this.detail = detail;");
        line("        }");
        line("");
        line("        @java.lang.Override");
        line("        public Detail detail() {");
        line("            return detail;");
        line("        }");
        record("Detail", name, shape, "Shape", "        ");
        line("    }");
    }

    private void union(String name, Map<String, Object> shape) {
        var type = type(name);
        var members = members(shape);
        // A member may be named after its shape, which it would hide.
        map(shape.getOrDefault("members", Map.of())).forEach((member, target) -> {
            if ("structure".equals(model.shapes.get(shapeOf(target)).get("type"))) {
                members.compute(member, (_, java) -> model.interfaceName + "." + java);
            }
        });
        line("");
        line("    /** One of the members of %s. */", name);
        line("    sealed interface %s extends Shape {", type);
        line("        Schema.Structure SHAPE = MODEL.structure(\"%s\");", name);
        line("");
        line("        @java.lang.Override");
        line("        default Schema.Structure shape() {");
        line("            return SHAPE;");
        line("        }");
        int index = 0;
        for (var member : members.entrySet()) {
            line("");
            line("        record %s(%s value) implements %s {", Names.type(member.getKey()), member.getValue(), type);
            line("            @java.lang.Override");
            line("            public java.lang.Object get(int index) {");
            line("                return index == %d ? value : null;", index++);
            line("            }");
            line("        }");
        }
        line("");
        line("        final class Builder implements ShapeBuilder {");
        line("            private %s built;", type);
        line("");
        line("            @java.lang.Override");
        line("            public Builder set(int index, java.lang.Object value) {");
        line("                built = switch (index) {");
        index = 0;
        for (var member : members.entrySet()) {
            line("                    case %d -> new %s((%s) value);", index++, Names.type(member.getKey()),
                    member.getValue());
        }
        line("                    default -> throw new java.lang.IndexOutOfBoundsException(index);");
        line("                };");
        line("                return this;");
        line("            }");
        line("");
        line("            @java.lang.Override");
        line("            public %s build() {", type);
        line("                return built;");
        line("            }");
        line("        }");
        line("    }");
    }

    private void record(String type, String name, Map<String, Object> shape, String parent, String indent) {
        var members = members(shape);
        var components = new ArrayList<String>();
        members.forEach((member, javaType) -> components.add(javaType + " " + Names.member(member)));
        line("");
        at(indent, "%srecord %s(%s) implements %s {", indent.length() > 4 ? "public " : "", type,
                String.join(", ", components), parent);
        at(indent, "    private static final class Holder {");
        at(indent, "        static final Schema.Structure SHAPE = MODEL.structure(\"%s\");", name);
        at(indent, "    }");
        at(indent, "");
        at(indent, "    public static %s of(java.util.function.Consumer<Builder> with) {", type);
        at(indent, "        var builder = new Builder();");
        at(indent, "        with.accept(builder);");
        at(indent, "        return builder.build();");
        at(indent, "    }");
        at(indent, "");
        at(indent, "    @java.lang.Override");
        at(indent, "    public Schema.Structure shape() {");
        at(indent, "        return Holder.SHAPE;");
        at(indent, "    }");
        at(indent, "");
        at(indent, "    @java.lang.Override");
        at(indent, "    public java.lang.Object get(int index) {");
        if (members.isEmpty()) {
            at(indent, "        throw new java.lang.IndexOutOfBoundsException(index);");
        } else {
            at(indent, "        return switch (index) {");
            int index = 0;
            for (var member : members.keySet()) {
                at(indent, "            case %d -> %s;", index++, Names.member(member));
            }
            at(indent, "            default -> throw new java.lang.IndexOutOfBoundsException(index);");
            at(indent, "        };");
        }
        at(indent, "    }");
        at(indent, "");
        at(indent, "    public Builder toBuilder() {");
        at(indent, "        var builder = new Builder();");
        for (var member : members.keySet()) {
            at(indent, "        builder.%s = %s;", Names.member(member), Names.member(member));
        }
        at(indent, "        return builder;");
        at(indent, "    }");
        builder(type, members, indent + "    ");
        at(indent, "}");
    }

    private void builder(String type, Map<String, String> members, String indent) {
        at(indent, "");
        at(indent, "public static final class Builder implements ShapeBuilder {");
        members.forEach((member, javaType) -> at(indent, "    private %s %s;", javaType, Names.member(member)));
        members.forEach((member, javaType) -> {
            at(indent, "");
            at(indent, "    public Builder %s(%s value) {", Names.member(member), javaType);
            at(indent, "        this.%s = value;", Names.member(member));
            at(indent, "        return this;");
            at(indent, "    }");
        });
        at(indent, "");
        at(indent, "    @java.lang.Override");
        at(indent, "    public Builder set(int index, java.lang.Object value) {");
        if (members.isEmpty()) {
            at(indent, "        throw new java.lang.IndexOutOfBoundsException(index);");
        } else {
            at(indent, "        switch (index) {");
            int index = 0;
            for (var member : members.entrySet()) {
                at(indent, "            case %d -> this.%s = (%s) value;", index++, Names.member(member.getKey()),
                        member.getValue());
            }
            at(indent, "            default -> throw new java.lang.IndexOutOfBoundsException(index);");
            at(indent, "        }");
            at(indent, "        return this;");
        }
        at(indent, "    }");
        at(indent, "");
        at(indent, "    @java.lang.Override");
        at(indent, "    public %s build() {", type);
        at(indent, "        return new %s(%s);", type,
                members.keySet().stream().map(Names::member).collect(Collectors.joining(", ")));
        at(indent, "    }");
        at(indent, "}");
    }

    /** The members of a structure in order, each with its Java type. */
    private Map<String, String> members(Map<String, Object> shape) {
        var members = new LinkedHashMap<String, String>();
        map(shape.getOrDefault("members", Map.of())).forEach((name, member) -> {
            var target = model.shapes.get(shapeOf(member));
            boolean streaming = Boolean.TRUE.equals(map(member).get("streaming"))
                    || Boolean.TRUE.equals(target.get("streaming"));
            if (streaming && "blob".equals(target.get("type"))) {
                members.put(name, "Body");
            } else if (Boolean.TRUE.equals(target.get("eventstream"))) {
                members.put(name, "java.util.Iterator<" + type(shapeOf(member)) + ">");
            } else {
                members.put(name, javaType(shapeOf(member)));
            }
        });
        return members;
    }

    private String javaType(String name) {
        var shape = model.shapes.get(name);
        return switch ((String) shape.get("type")) {
            case "structure" -> errors.contains(name) ? type(name) + ".Detail" : type(name);
            case "list" -> "java.util.List<" + javaType(shapeOf(shape.get("member"))) + ">";
            case "map" -> "java.util.Map<java.lang.String, " + javaType(shapeOf(shape.get("value"))) + ">";
            case "string", "character" -> "java.lang.String";
            case "boolean" -> "java.lang.Boolean";
            case "byte", "short", "integer" -> "java.lang.Integer";
            case "long" -> "java.lang.Long";
            case "float" -> "java.lang.Float";
            case "double" -> "java.lang.Double";
            case "bigInteger" -> "java.math.BigInteger";
            case "bigDecimal" -> "java.math.BigDecimal";
            case "blob" -> "Bytes";
            case "timestamp" -> "java.time.Instant";
            case "document" -> "java.lang.Object";
            case String other -> throw new IllegalArgumentException(model.service + ": shape type " + other);
        };
    }

    private String type(String name) {
        var type = Names.type(name);
        return OWN_NAMES.contains(type) ? type + "_" : type;
    }

    private String input(String operation) {
        return type(shapeOf(model.operations.get(operation).get("input")));
    }

    private String output(String operation) {
        return type(shapeOf(model.operations.get(operation).get("output")));
    }

    private static String shapeOf(Object reference) {
        return (String) map(reference).get("shape");
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private void line(String format, Object... values) {
        at("", format, values);
    }

    private void at(String indent, String format, Object... values) {
        if (!format.isEmpty()) {
            out.append(indent).append(values.length == 0 ? format : format.formatted(values));
        }
        out.append('\n');
    }
}
