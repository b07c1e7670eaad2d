package dev.aloft.service.ecr;

import dev.aloft.api.Body;
import dev.aloft.api.Caller;
import dev.aloft.kernel.call.DataPlane;
import dev.aloft.kernel.identity.KeyFile;
import dev.aloft.kernel.image.Contents;
import dev.aloft.kernel.image.Digest;
import dev.aloft.kernel.time.Time;
import dev.aloft.wire.Headers;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where GetDownloadUrlForLayer leads: on AWS a presigned S3 URL, here an address that is good for an hour too. */
final class LayerDownloads implements DataPlane {
    private static final String PATH = "/_aloft/ecr/layer/";
    private static final Pattern ADDRESS = Pattern.compile(PATH + "([0-9a-f]{64})/(\\d{1,12})/([0-9a-f]{64})");
    private static final Duration GOOD = Duration.ofHours(1);

    private final Contents contents;
    private final KeyFile keys;
    private final Time time;

    LayerDownloads(Contents contents, KeyFile keys, Time time) {
        this.contents = contents;
        this.keys = keys;
        this.time = time;
    }

    String url(Caller caller, Digest digest) {
        String until = String.valueOf(time.instant().plus(GOOD).getEpochSecond());
        return caller.endpoint() + PATH + digest.hex() + "/" + until + "/" + sign(digest, until);
    }

    private String sign(Digest digest, String until) {
        return HexFormat.of().formatHex(keys.derive("ecr layer", digest + " " + until));
    }

    @Override
    public boolean serves(String host, String rawPath) {
        return rawPath.startsWith(PATH);
    }

    @Override
    public HttpResponse handle(HttpRequest request, String requestId) {
        Matcher matcher = ADDRESS.matcher(request.rawPath());
        if (!matcher.matches()) {
            return HttpResponse.empty(404);
        }
        Digest digest = new Digest(matcher.group(1));
        boolean good = sign(digest, matcher.group(2)).equals(matcher.group(3))
                && time.instant().getEpochSecond() < Long.parseLong(matcher.group(2));
        if (!good) {
            return HttpResponse.empty(403);
        }
        if (!contents.has(digest)) {
            return HttpResponse.empty(404);
        }
        return new HttpResponse(200, Headers.of("Content-Type", "application/octet-stream"),
                Body.of(contents.open(digest), contents.size(digest)));
    }
}
