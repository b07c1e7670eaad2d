package dev.aloft.wire;

import dev.aloft.api.Schema;
import dev.aloft.api.Schema.Location;
import dev.aloft.api.Schema.Member;
import dev.aloft.api.Shape;
import dev.aloft.api.ShapeBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Shapes as XML: rest-xml's documents and the query protocol's answers. */
final class XmlCodec {
    /** The query protocol names a flattened list by its element, rest-xml by the member. */
    private final boolean elementNames;
    /** S3 writes moments always with three digits after the second. */
    private final boolean milliseconds;
    /** The query protocol's own names, which a service that moved on to JSON still has beside its new ones. */
    private final boolean queryNames;

    XmlCodec(boolean elementNames, boolean milliseconds, boolean queryNames) {
        this.elementNames = elementNames;
        this.milliseconds = milliseconds;
        this.queryNames = queryNames;
    }

    private String name(Member member) {
        return queryNames && member.traits().queryName() != null ? member.traits().queryName() : member.wireName();
    }

    Shape structure(XmlElement element, Schema.Structure structure) {
        var builder = structure.newBuilder();
        members(element, structure, builder);
        return builder.build();
    }

    void members(XmlElement element, Schema.Structure structure, ShapeBuilder builder) {
        for (var member : structure.members()) {
            if (member.location() != Location.BODY) {
                continue;
            }
            Object value;
            if (member.traits().xmlAttribute()) {
                var text = element.attribute(member.wireName());
                value = text == null ? null : scalar(member, (Schema.Scalar) member.target(), text);
            } else if (flattened(member)) {
                value = flattenedValue(element, member);
            } else {
                var child = element.child(name(member));
                value = child == null ? null : value(child, member);
            }
            if (value != null) {
                builder.set(member.index(), value);
            }
        }
    }

    static boolean flattened(Member member) {
        return member.traits().flattened()
                || switch (member.target()) {
                    case Schema.ListOf list -> list.flattened();
                    case Schema.MapOf map -> map.flattened();
                    default -> false;
                };
    }

    private Object flattenedValue(XmlElement parent, Member member) {
        var found = named(parent, name(member));
        if (member.target() instanceof Schema.ListOf list) {
            var elementName = list.element().locationName();
            if (found.isEmpty() && elementName != null) {
                found = named(parent, elementName);
            }
            if (found.isEmpty()) {
                return null;
            }
            var values = new ArrayList<>(found.size());
            for (var each : found) {
                values.add(value(each, list.element()));
            }
            return values;
        }
        return found.isEmpty() ? null : entries(found, (Schema.MapOf) member.target());
    }

    private static List<XmlElement> named(XmlElement parent, String name) {
        var found = new ArrayList<XmlElement>();
        for (var child : parent.children()) {
            if (child.name().equals(name)) {
                found.add(child);
            }
        }
        return found;
    }

    Object value(XmlElement element, Member member) {
        return switch (member.target()) {
            case Schema.Structure structure -> structure(element, structure);
            case Schema.ListOf list -> {
                var values = new ArrayList<>(element.children().size());
                for (var child : element.children()) {
                    values.add(value(child, list.element()));
                }
                yield values;
            }
            case Schema.MapOf map -> entries(element.children(), map);
            case Schema.Scalar scalar -> scalar(member, scalar, element.text());
        };
    }

    private Map<String, Object> entries(List<XmlElement> entries, Schema.MapOf map) {
        var values = new LinkedHashMap<String, Object>();
        var keyName = map.key().wireName();
        var valueName = map.value().wireName();
        for (var entry : entries) {
            var key = entry.child(keyName);
            var value = entry.child(valueName);
            if (key != null && value != null) {
                values.put(key.text(), value(value, map.value()));
            }
        }
        return values;
    }

    private static Object scalar(Member member, Schema.Scalar scalar, String text) {
        return switch (scalar.kind()) {
            case STRING -> text;
            case TIMESTAMP -> text.isBlank()
                    ? null
                    : Timestamps.parseAny(text.strip());
            case BOOLEAN -> Scalars.parse(scalar, Timestamps.ISO, text.strip().toLowerCase(Locale.ROOT));
            default -> Scalars.parse(scalar, Timestamps.ISO, text);
        };
    }

    /** Writes the members into the element that was begun: attributes first. */
    void write(XmlWriter out, Shape shape) {
        var members = shape.shape().members();
        for (var member : members) {
            if (member.traits().xmlAttribute() && member.location() == Location.BODY) {
                var value = shape.get(member.index());
                if (value != null) {
                    out.attribute(member.wireName(), text(member, (Schema.Scalar) member.target(), value));
                }
            }
        }
        for (int i = 0, size = members.size(); i < size; i++) {
            var member = members.get(i);
            if (member.location() == Location.BODY && !member.traits().xmlAttribute()) {
                var value = shape.get(i);
                if (value != null) {
                    write(out, member, value);
                }
            }
        }
    }

    private void write(XmlWriter out, Member member, Object value) {
        if (!flattened(member)) {
            element(out, name(member), member, value);
            return;
        }
        switch (member.target()) {
            case Schema.ListOf list -> {
                var name = elementName(member, list);
                for (var each : (List<?>) value) {
                    element(out, name, list.element(), each);
                }
            }
            case Schema.MapOf map -> ((Map<?, ?>) value).forEach((key, each) -> {
                out.begin(name(member)).namespace(member.traits().xml());
                entry(out, map, key, each);
                out.end(name(member));
            });
            default -> throw new IllegalStateException("flattened " + member.target().name());
        }
    }

    private String elementName(Member member, Schema.ListOf list) {
        var element = list.element().locationName();
        boolean named = member.locationName() != null || member.traits().queryName() != null;
        return elementNames && element != null && !named ? element : name(member);
    }

    /** One element with this name and value. */
    void element(XmlWriter out, String name, Member member, Object value) {
        out.begin(name).namespace(member.traits().xml());
        content(out, name, member, value);
    }

    /** The element of a whole document, whose namespace is the service's where it has none of its own. */
    void root(XmlWriter out, String name, Member member, Object value, String namespace) {
        out.begin(name);
        if (member.traits().xml() != null) {
            out.namespace(member.traits().xml());
        } else if (member.target() instanceof Schema.Structure structure
                && structure.xml() != null && structure.xml().uri() != null) {
            out.namespace(structure.xml().prefix() == null ? structure.xml() : null);
        } else {
            out.namespace(namespace);
        }
        content(out, name, member, value);
    }

    private void content(XmlWriter out, String name, Member member, Object value) {
        switch (member.target()) {
            case Schema.Structure structure -> {
                if (member.traits().xml() == null && structure.xml() != null && structure.xml().prefix() != null) {
                    out.namespace(structure.xml());
                }
                write(out, (Shape) value);
            }
            case Schema.ListOf list -> {
                var elementName = list.element().locationName() == null ? "member" : list.element().locationName();
                for (var each : (List<?>) value) {
                    element(out, elementName, list.element(), each);
                }
            }
            case Schema.MapOf map -> ((Map<?, ?>) value).forEach((key, each) -> {
                out.begin("entry");
                entry(out, map, key, each);
                out.end("entry");
            });
            case Schema.Scalar scalar -> {
                var text = text(member, scalar, value);
                out.text(text);
            }
        }
        out.end(name);
    }

    private void entry(XmlWriter out, Schema.MapOf map, Object key, Object value) {
        element(out, map.key().wireName(), map.key(), key);
        element(out, map.value().wireName(), map.value(), value);
    }

    private String text(Member member, Schema.Scalar scalar, Object value) {
        var format = Timestamps.format(member, scalar, Timestamps.ISO);
        if (milliseconds && value instanceof Instant moment && moment.getNano() == 0
                && format.equals(Timestamps.ISO)) {
            var text = moment.toString();
            return text.substring(0, text.length() - 1) + ".000Z";
        }
        return Scalars.text(scalar, format, value);
    }
}
