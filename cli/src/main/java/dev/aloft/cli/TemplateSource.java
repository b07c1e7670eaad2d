package dev.aloft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A template as text, with the places where it names something on this machine. Only these places are changed:
 * comments, order and line numbers stay as they were written. JSON is read as the YAML that it is.
 */
final class TemplateSource {
    private static final Map<String, List<Property>> PROPERTIES = Map.ofEntries(
            Map.entry("AWS::Serverless::Function", List.of(new Property("CodeUri", true, Form.S3_URI))),
            Map.entry("AWS::Serverless::LayerVersion", List.of(new Property("ContentUri", true, Form.S3_URI))),
            Map.entry("AWS::Lambda::Function", List.of(new Property("Code", true, Form.S3_BUCKET_AND_KEY))),
            Map.entry("AWS::Lambda::LayerVersion", List.of(new Property("Content", true, Form.S3_BUCKET_AND_KEY))),
            Map.entry("AWS::Serverless::Api", List.of(new Property("DefinitionUri", false, Form.S3_URI))),
            Map.entry("AWS::Serverless::HttpApi", List.of(new Property("DefinitionUri", false, Form.S3_URI))),
            Map.entry("AWS::Serverless::StateMachine", List.of(new Property("DefinitionUri", false, Form.S3_URI))),
            Map.entry("AWS::ApiGateway::RestApi", List.of(new Property("BodyS3Location", false, Form.BUCKET_AND_KEY))),
            Map.entry("AWS::ApiGatewayV2::Api", List.of(new Property("BodyS3Location", false, Form.BUCKET_AND_KEY))),
            Map.entry("AWS::CloudFormation::Stack", List.of(new Property("TemplateURL", false, Form.TEMPLATE_URL))),
            Map.entry("AWS::Serverless::Application", List.of(new Property("Location", false, Form.TEMPLATE_URL))));

    private static final Pattern IMAGE_FILE = Pattern.compile("\\.{0,2}/.*|[^:]*\\.(tar|tgz|tar\\.gz)");

    private final String text;
    private final List<Artifact> artifacts = new ArrayList<>();
    private final List<Edit> edits = new ArrayList<>();

    private record Property(String name, boolean code, Form form) {}

    enum Form {
        S3_URI,
        S3_BUCKET_AND_KEY,
        BUCKET_AND_KEY,
        /** A template of its own, in which other things of this machine may be named. */
        TEMPLATE_URL,
        /** A container image in a file, which the platform reads where it is. */
        IMAGE_FILE
    }

    private record Edit(int from, int to, String replacement) {}

    /**
     * Something on this machine that the template names.
     *
     * @param owner the logical id of the resource, or {@code Globals}
     * @param code  whether it is a function's or a layer's content, packed into an archive where it is a folder
     * @param line  counted from 1
     */
    record Artifact(String owner, String property, String path, boolean code, int line, int from, int to, Form form,
            String before, String after, BuildMethod build) {
        String extension() {
            int dot = path.lastIndexOf('.');
            return dot < 0 ? "txt" : path.substring(dot + 1);
        }
    }

    static TemplateSource read(Path file) throws IOException {
        var text = Files.readString(file);
        try {
            var root = new Compose(LoadSettings.builder().setLabel(file.getFileName().toString()).build())
                    .composeString(text);
            return new TemplateSource(text, root);
        } catch (MarkedYamlEngineException e) {
            var at = e.getProblemMark()
                    .map(mark -> " line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1)).orElse("");
            throw new CommandFailed(file.getFileName() + at + ": " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new CommandFailed(file.getFileName() + ": " + e.getMessage());
        }
    }

    private TemplateSource(String text, Optional<Node> root) {
        this.text = text;
        var template = root.flatMap(TemplateSource::mapping)
                .orElseThrow(() ->
                        new CommandFailed("The template is empty or no mapping; it needs at least Resources."));
        var globalCode = find(template, "Globals").flatMap(TemplateSource::mapping)
                .flatMap(each -> find(each, "Function"))
                .flatMap(TemplateSource::mapping)
                .flatMap(each -> find(each, "CodeUri"));
        globalCode.ifPresent(node -> add("Globals", new Property("CodeUri", true, Form.S3_URI), node));
        find(template, "Resources").flatMap(TemplateSource::mapping).ifPresent(resources -> {
            for (var tuple : resources.getValue()) {
                mapping(tuple.getValueNode())
                        .ifPresent(resource -> resource(scalar(tuple.getKeyNode()), resource, globalCode.isPresent()));
            }
        });
        includes(template);
    }

    /** The files that {@code AWS::Include} puts into the template, wherever it stands. */
    private void includes(Node node) {
        switch (node) {
            case MappingNode mapping -> {
                if (mapping.getTag().getValue().equals("!Transform")) {
                    include(mapping);
                }
                for (var tuple : mapping.getValue()) {
                    if (scalar(tuple.getKeyNode()).equals("Fn::Transform")) {
                        mapping(tuple.getValueNode()).ifPresent(this::include);
                    }
                    includes(tuple.getValueNode());
                }
            }
            case SequenceNode sequence -> sequence.getValue().forEach(this::includes);
            default -> { }
        }
    }

    private void include(MappingNode transform) {
        if (find(transform, "Name").map(TemplateSource::scalar).orElse("").equals("AWS::Include")) {
            find(transform, "Parameters").flatMap(TemplateSource::mapping)
                    .flatMap(each -> find(each, "Location"))
                    .ifPresent(node -> add("AWS::Include", new Property("Location", false, Form.S3_URI), node));
        }
    }

    List<Artifact> artifacts() {
        return artifacts;
    }

    void replace(Artifact artifact, String bucket, String key) {
        var value = switch (artifact.form()) {
            case S3_URI -> "\"s3://" + bucket + "/" + key + "\"";
            case S3_BUCKET_AND_KEY -> "{\"S3Bucket\": \"" + bucket + "\", \"S3Key\": \"" + key + "\"}";
            case BUCKET_AND_KEY -> "{\"Bucket\": \"" + bucket + "\", \"Key\": \"" + key + "\"}";
            case TEMPLATE_URL -> "\"https://s3.amazonaws.com/" + bucket + "/" + key + "\"";
            case IMAGE_FILE -> throw new IllegalArgumentException("an image is in no bucket");
        };
        replace(artifact, value);
    }

    /** @param uri such as {@code docker-archive:/home/me/image.tar} */
    void replaceImage(Artifact artifact, String uri) {
        replace(artifact, "\"" + uri + "\"");
    }

    private void replace(Artifact artifact, String value) {
        edits.add(new Edit(artifact.from(), artifact.to(), artifact.before() + value + artifact.after()));
    }

    String text() {
        var result = new StringBuilder();
        int at = 0;
        for (var edit : edits.stream().sorted(Comparator.comparingInt(Edit::from)).toList()) {
            result.append(text, at, edit.from()).append(edit.replacement());
            at = edit.to();
        }
        return result.append(text, at, text.length()).toString();
    }

    private void resource(String logicalId, MappingNode resource, boolean globalCode) {
        var type = find(resource, "Type").map(TemplateSource::scalar).orElse("");
        var properties = find(resource, "Properties").flatMap(TemplateSource::mapping);
        if (properties.isEmpty()) {
            return;
        }
        var build = buildMethod(logicalId, type, resource);
        refuse(logicalId, build);
        image(logicalId, type, resource, properties.get());
        for (var property : PROPERTIES.getOrDefault(type, List.of())) {
            var given = find(properties.get(), property.name());
            if (given.isPresent()) {
                add(logicalId, property, given.get(), build);
            } else if (type.equals("AWS::Serverless::Function") && !globalCode && !hasOtherCode(properties.get())) {
                insert(logicalId, property, properties.get(), build);
            }
        }
    }

    private static BuildMethod buildMethod(String logicalId, String type, MappingNode resource) {
        var metadata = find(resource, "Metadata").flatMap(TemplateSource::mapping);
        var name = metadata.flatMap(each -> find(each, "BuildMethod")).map(TemplateSource::scalar).orElse("");
        var properties = new LinkedHashMap<String, List<String>>();
        metadata.flatMap(each -> find(each, "BuildProperties")).flatMap(TemplateSource::mapping)
                .ifPresent(all -> all.getValue()
                .forEach(tuple -> properties.put(scalar(tuple.getKeyNode()), scalars(tuple.getValueNode()))));
        var workingDirectory = metadata.flatMap(each -> find(each, "WorkingDirectory")).map(TemplateSource::scalar)
                .orElse("");
        return new BuildMethod(name, properties, name.equals("makefile") ? logicalId : "", workingDirectory,
                type.equals("AWS::Serverless::LayerVersion") ? within(name) : "");
    }

    /** Where {@code sam build} puts a layer of this method. */
    private static String within(String method) {
        return method.startsWith("nodejs") ? "nodejs/" : method.startsWith("python") ? "python/" : "";
    }

    /** Only {@code sam build} knows how to compile; its output is a template like any other. */
    private static void refuse(String logicalId, BuildMethod build) {
        if (build.isForeign()) {
            throw new CommandFailed(logicalId + " is built with BuildMethod " + build.name()
                    + ", which aloft does not do: run sam build, then aloft up .aws-sam/build/template.yaml");
        }
    }

    /** An image in a file; one that is still to be built from a Dockerfile is refused. */
    private void image(String logicalId, String type, MappingNode resource, MappingNode properties) {
        var given = switch (type) {
            case "AWS::Serverless::Function" -> find(properties, "ImageUri");
            case "AWS::Lambda::Function" ->
                    find(properties, "Code").flatMap(TemplateSource::mapping).flatMap(code -> find(code, "ImageUri"));
            default -> Optional.<Node>empty();
        };
        var uri = given.map(TemplateSource::scalar).orElse("");
        boolean built = find(resource, "Metadata").flatMap(TemplateSource::mapping)
                .flatMap(each -> find(each, "Dockerfile")).isPresent();
        if (IMAGE_FILE.matcher(uri).matches()) {
            add(logicalId, new Property("ImageUri", false, Form.IMAGE_FILE), given.orElseThrow());
        } else if (built && (given.isEmpty() || !uri.isEmpty() && !uri.contains("/"))) {
            throw new CommandFailed(logicalId
                    + " is a container image that is built from a Dockerfile, which aloft does not do:"
                    + " build it with docker, podman or buildah, save it as an archive (docker save -o "
                    + "image.tar, podman save --format docker-archive) and name that (ImageUri: ./image.tar), or push "
                    + "it to the platform's registry and"
                    + " name it there");
        }
    }

    private static boolean hasOtherCode(MappingNode properties) {
        return find(properties, "InlineCode").isPresent()
                || find(properties, "ImageUri").isPresent()
                || find(properties, "PackageType").map(TemplateSource::scalar).orElse("").equals("Image");
    }

    private void add(String owner, Property property, Node node) {
        add(owner, property, node, BuildMethod.NONE);
    }

    private void add(String owner, Property property, Node node, BuildMethod build) {
        var value = scalar(node);
        boolean plain = node instanceof ScalarNode && !node.getTag().getValue().startsWith("!");
        if (!plain || value.isEmpty() || value.matches("(?i)(s3|https?)://.*")) {
            return;
        }
        var mark = node.getStartMark().orElseThrow();
        artifacts.add(new Artifact(owner, property.name(), value, property.code(), mark.getLine() + 1,
                offset(mark.getIndex()), offset(node.getEndMark().orElseThrow().getIndex()), property.form(), "", "",
                build));
    }

    /** A function without CodeUri is the template's own folder, as for the AWS CLI: the property is put first. */
    private void insert(String owner, Property property, MappingNode properties, BuildMethod build) {
        if (properties.getValue().isEmpty()) {
            return;
        }
        var mark = properties.getValue().getFirst().getKeyNode().getStartMark().orElseThrow();
        int at = offset(mark.getIndex());
        boolean flow = properties.getFlowStyle() == FlowStyle.FLOW;
        artifacts.add(new Artifact(owner, property.name(), ".", true, mark.getLine() + 1, at, at, property.form(),
                flow ? "\"" + property.name() + "\": " : property.name() + ": ",
                flow ? ", " : "\n" + " ".repeat(mark.getColumn()), build));
    }

    /** Marks count code points, text counts chars. */
    private int offset(int codePoints) {
        return text.offsetByCodePoints(0, codePoints);
    }

    private static Optional<Node> find(MappingNode mapping, String key) {
        return mapping.getValue().stream()
                .filter(tuple -> scalar(tuple.getKeyNode()).equals(key))
                .map(NodeTuple::getValueNode)
                .findFirst();
    }

    private static Optional<MappingNode> mapping(Node node) {
        return node instanceof MappingNode mapping ? Optional.of(mapping) : Optional.empty();
    }

    private static List<String> scalars(Node node) {
        return node instanceof SequenceNode list ? list.getValue().stream().map(TemplateSource::scalar).toList()
                : List.of(scalar(node));
    }

    private static String scalar(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }
}
