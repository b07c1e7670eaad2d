package dev.aloft.api;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A shape as data, with the traits of AWS's model that codecs and validation need. Schemas may refer to themselves, so
 * {@link ServiceModel} makes them first and fills them afterwards; once a model is loaded they never change.
 */
public abstract sealed class Schema {
    private final String name;

    Schema(String name) {
        this.name = name;
    }

    /** The shape's name in the model. */
    public String name() {
        return name;
    }

    /** What a scalar is, and which Java type carries it. */
    public enum Kind {
        BOOLEAN,
        /** Byte, short and integer: {@link Integer}. */
        INTEGER,
        LONG,
        FLOAT,
        DOUBLE,
        /** {@link java.math.BigInteger}. */
        BIG_INTEGER,
        /** {@link java.math.BigDecimal}. */
        BIG_DECIMAL,
        STRING,
        /** {@link Bytes}, or {@link Body} where the member is streaming. */
        BLOB,
        /** {@link java.time.Instant}. */
        TIMESTAMP,
        /** Any JSON value: Map, List, String, Number, Boolean. */
        DOCUMENT
    }

    public static final class Scalar extends Schema {
        private final Kind kind;
        private final Constraints constraints;
        private final List<String> values;
        private final String timestampFormat;
        private final boolean sensitive;

        Scalar(
                String name,
                Kind kind,
                Constraints constraints,
                List<String> values,
                String timestampFormat,
                boolean sensitive) {
            super(name);
            this.kind = kind;
            this.constraints = constraints;
            this.values = values;
            this.timestampFormat = timestampFormat;
            this.sensitive = sensitive;
        }

        public Kind kind() {
            return kind;
        }

        public Constraints constraints() {
            return constraints;
        }

        /** The values of an enum in the model's order; empty for anything else. */
        public List<String> values() {
            return values;
        }

        /** {@code iso8601}, {@code rfc822}, {@code unixTimestamp}, or null for the protocol's own. */
        public String timestampFormat() {
            return timestampFormat;
        }

        public boolean sensitive() {
            return sensitive;
        }
    }

    public static final class ListOf extends Schema {
        private final Constraints constraints;
        private final boolean flattened;
        private final boolean sparse;
        Member element;

        ListOf(String name, Constraints constraints, boolean flattened, boolean sparse) {
            super(name);
            this.constraints = constraints;
            this.flattened = flattened;
            this.sparse = sparse;
        }

        /** Whether nulls are among its values. */
        public boolean sparse() {
            return sparse;
        }

        public Member element() {
            return element;
        }

        public Constraints constraints() {
            return constraints;
        }

        public boolean flattened() {
            return flattened;
        }
    }

    public static final class MapOf extends Schema {
        private final Constraints constraints;
        private final boolean flattened;
        private final boolean sparse;
        Member key;
        Member value;

        MapOf(String name, Constraints constraints, boolean flattened, boolean sparse) {
            super(name);
            this.constraints = constraints;
            this.flattened = flattened;
            this.sparse = sparse;
        }

        /** Whether nulls are among its values. */
        public boolean sparse() {
            return sparse;
        }

        public Member key() {
            return key;
        }

        public Member value() {
            return value;
        }

        public Constraints constraints() {
            return constraints;
        }

        public boolean flattened() {
            return flattened;
        }
    }

    /** A structure, a union (exactly one member is set) or an error. */
    public static final class Structure extends Schema {
        private final boolean union;
        private final boolean sensitive;
        private final ErrorTraits error;
        private final String payload;
        private final boolean eventStream;
        private final XmlName xml;
        private final boolean absent;
        List<Member> members = List.of();
        Supplier<ShapeBuilder> builder;
        private Map<String, Member> byName = Map.of();
        private Map<String, Member> byWireName = Map.of();
        private boolean httpBound;

        Structure(
                String name,
                boolean union,
                boolean sensitive,
                ErrorTraits error,
                String payload,
                boolean eventStream,
                XmlName xml,
                boolean absent) {
            super(name);
            this.union = union;
            this.sensitive = sensitive;
            this.error = error;
            this.payload = payload;
            this.eventStream = eventStream;
            this.xml = xml;
            this.absent = absent;
        }

        void fill(List<Member> all, Supplier<ShapeBuilder> newBuilder) {
            members = List.copyOf(all);
            builder = newBuilder;
            byName = new HashMap<>();
            byWireName = new HashMap<>();
            for (var member : all) {
                byName.put(member.name(), member);
                byWireName.put(member.wireName(), member);
                httpBound |= member.location() != Location.BODY;
            }
        }

        public List<Member> members() {
            return members;
        }

        /** The member with this name in the model, or null. */
        public Member member(String memberName) {
            return byName.get(memberName);
        }

        /** The member with this {@code locationName} (or name where it has none), or null. */
        public Member memberOnWire(String wireName) {
            return byWireName.get(wireName);
        }

        public ShapeBuilder newBuilder() {
            return builder.get();
        }

        public boolean union() {
            return union;
        }

        /** Stands for an input or output that the model does not give: some protocols then send no body at all. */
        public boolean absent() {
            return absent;
        }

        public boolean sensitive() {
            return sensitive;
        }

        /** A union of events sent one after the other. */
        public boolean eventStream() {
            return eventStream;
        }

        /** What kind of error this is, or null for anything else. */
        public ErrorTraits error() {
            return error;
        }

        /** The member that is the whole HTTP body, or null. */
        public Member payload() {
            return payload == null ? null : byName.get(payload);
        }

        /** Whether any member travels outside the body. */
        public boolean httpBound() {
            return httpBound;
        }

        /** The XML element name and namespace given at the shape itself, or null. */
        public XmlName xml() {
            return xml;
        }
    }

    /** Where a member travels in REST protocols. */
    public enum Location {
        BODY,
        HEADER,
        /** A map of headers whose names begin with the member's wire name. */
        HEADERS,
        URI,
        QUERY,
        /** A map of whatever the query has that no other member took. */
        QUERY_MAP,
        STATUS_CODE
    }

    /** A member of a structure, an element of a list, a key or value of a map. */
    public static final class Member {
        private final int index;
        private final String name;
        private final String locationName;
        private final Schema target;
        private final Location location;
        private final boolean required;
        private final Traits traits;
        private byte[] jsonName;

        Member(
                int index,
                String name,
                String locationName,
                Schema target,
                Location location,
                boolean required,
                Traits traits) {
            this.index = index;
            this.name = name;
            this.locationName = locationName;
            this.target = target;
            this.location = location;
            this.required = required;
            this.traits = traits;
        }

        /** {@code "wireName":} in UTF-8, made when it is first written. */
        byte[] jsonName() {
            var ready = jsonName;
            if (ready == null) {
                var name = JsonWriter.bytes(wireName());
                ready = Arrays.copyOf(name, name.length + 1);
                ready[name.length] = ':';
                jsonName = ready;
            }
            return ready;
        }

        public int index() {
            return index;
        }

        public String name() {
            return name;
        }

        /** {@code locationName} where the model gives one, or null: protocols differ in what they do without. */
        public String locationName() {
            return locationName;
        }

        /** {@code locationName}, or else the name. */
        public String wireName() {
            return locationName == null ? name : locationName;
        }

        public Schema target() {
            return target;
        }

        public Location location() {
            return location;
        }

        public boolean required() {
            return required;
        }

        public Traits traits() {
            return traits;
        }
    }

    /**
     * The rarer traits of a member.
     *
     * @param queryName       the name in the query protocols where it differs, or null
     * @param timestampFormat as {@link Scalar#timestampFormat()}, at the member
     * @param xml             namespace given at the member, or null
     * @param boxed           absent differs from zero
     */
    public record Traits(
            boolean flattened,
            boolean xmlAttribute,
            boolean streaming,
            boolean idempotencyToken,
            boolean jsonValue,
            boolean hostLabel,
            boolean eventPayload,
            boolean eventHeader,
            boolean sensitive,
            boolean boxed,
            String queryName,
            String timestampFormat,
            XmlName xml) {
        public static final Traits NONE = new Traits(
                false, false, false, false, false, false, false, false, false, false, null, null, null);
    }

    /** An XML element's name (null where the member's or shape's own is used) and namespace. */
    public record XmlName(String name, String prefix, String uri) {}

    /** Bounds of a shape; null where the model gives none. For strings, lists, maps and blobs they bound the length. */
    public record Constraints(Double min, Double max, String pattern) {
        public static final Constraints NONE = new Constraints(null, null, null);
    }

    /**
     * How an error is told.
     *
     * @param code           the code on the wire, where the model gives one that differs from the shape's name
     * @param status         the HTTP status, or 0 where the model gives none
     * @param senderFault    the caller's fault (4xx)
     * @param queryErrorCode the code that {@code x-amzn-query-error} carries, or null
     */
    public record ErrorTraits(String code, int status, boolean senderFault, String queryErrorCode) {}
}
