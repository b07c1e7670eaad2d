package dev.aloft.wire;

import dev.aloft.api.ServiceModel;

/** The protocols by name. */
public final class Protocols {
    private Protocols() {}

    /** The protocol that the service's own model names first. */
    public static Protocol of(ServiceModel service) {
        return switch (service.protocol()) {
            case "json" -> "1.1".equals(service.jsonVersion()) ? JsonRpc.V1_1 : JsonRpc.V1_0;
            case "rest-xml" -> service.serviceId().equals("S3") ? RestXml.S3 : RestXml.PLAIN;
            case String other -> byName(other);
        };
    }

    /** A protocol by its name in service models; {@code json} is version 1.0. */
    public static Protocol byName(String name) {
        return switch (name) {
            case "json", "json-1.0" -> JsonRpc.V1_0;
            case "json-1.1" -> JsonRpc.V1_1;
            case "rest-json" -> RestJson.INSTANCE;
            case "query" -> Query.AWS;
            case "ec2" -> Query.EC2;
            case "rest-xml" -> RestXml.PLAIN;
            case "smithy-rpc-v2-cbor" -> CborRpc.INSTANCE;
            default -> throw new IllegalArgumentException("unknown protocol " + name);
        };
    }
}
