package dev.aloft.api;

import java.util.List;

/**
 * An operation of a service, as its model describes it. Known operations that are not built have no shapes: their input
 * and output are empty structures and {@link #built()} says no.
 */
public final class Operation {
    private final ServiceModel service;
    private final int index;
    private final String name;
    private volatile Description description;

    Operation(ServiceModel service, int index, String name) {
        this.service = service;
        this.index = index;
        this.name = name;
    }

    /** What the model says of it, read when it is first asked for. */
    record Description(
            Schema.Structure input,
            Schema.Structure output,
            List<Schema.Structure> errors,
            Http http,
            String resultWrapper,
            Schema.XmlName inputXml,
            boolean signed) {}

    private Description description() {
        var known = description;
        if (known == null) {
            known = service.describe(this);
            description = known;
        }
        return known;
    }

    /**
     * The HTTP binding.
     *
     * @param uri          path template and required query literals, such as {@code /{Bucket}/{Key+}?uploads}
     * @param responseCode the status of success, or 0 where the model gives none
     * @param hostPrefix   what SDKs put before the endpoint's host, or null
     */
    public record Http(String method, String uri, int responseCode, String hostPrefix) {}

    public ServiceModel service() {
        return service;
    }

    /** Position among the service's operations that are built: what the generated switch turns on; -1 if not built. */
    public int index() {
        return index;
    }

    public String name() {
        return name;
    }

    public boolean built() {
        return index >= 0;
    }

    public Schema.Structure input() {
        return description().input();
    }

    public Schema.Structure output() {
        return description().output();
    }

    public List<Schema.Structure> errors() {
        return description().errors();
    }

    public Http http() {
        return description().http();
    }

    /** The element around the result in the query protocol, or null. */
    public String resultWrapper() {
        return description().resultWrapper();
    }

    /** The root element of the input in rest-xml, or null. */
    public Schema.XmlName inputXml() {
        return description().inputXml();
    }

    /** Whether callers sign it; a few (AssumeRoleWithSAML) are called by anybody. */
    public boolean signed() {
        return description().signed();
    }

    /** As IAM names it: {@code lambda:InvokeFunction} is told by the service itself, this is {@code lambda:Invoke}. */
    @Override
    public String toString() {
        return service.signingName() + ":" + name;
    }
}
