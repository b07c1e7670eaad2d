package dev.aloft.service.lambda;

import dev.aloft.api.Caller;
import dev.aloft.kernel.store.Key;

/** A layer: of a request's name or ARN, with the version that the ARN may end with. */
record LayerName(String account, String region, String name, long version) {

    static LayerName of(Caller caller, String text) {
        if (!text.startsWith("arn:")) {
            return new LayerName(caller.account(), caller.region(), text, 0);
        }
        return of(text);
    }

    /** Of a layer's ARN, with a version or without. */
    static LayerName of(String arn) {
        String[] parts = arn.split(":");
        return new LayerName(parts[4], parts[3], parts[6],
                parts.length > 7 && parts[7].length() < 19 ? Long.parseLong(parts[7]) : 0);
    }

    LayerName with(long number) {
        return new LayerName(account, region, name, number);
    }

    String arn() {
        return "arn:aws:lambda:" + region + ":" + account + ":layer:" + name;
    }

    String versionArn() {
        return arn() + ":" + version;
    }

    Key key() {
        return Key.of(account, region, name);
    }

    Key versionKey() {
        return key().and(version);
    }
}
