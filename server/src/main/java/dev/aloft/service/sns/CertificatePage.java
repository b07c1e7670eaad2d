package dev.aloft.service.sns;

import dev.aloft.kernel.call.DataPlane;
import dev.aloft.wire.HttpRequest;
import dev.aloft.wire.HttpResponse;
import java.nio.charset.StandardCharsets;

/** The certificate that checks SNS's signatures, where the messages say it is. */
record CertificatePage(Signer signer) implements DataPlane {
    @Override
    public boolean serves(String host, String rawPath) {
        return rawPath.startsWith("/SimpleNotificationService-") && rawPath.endsWith(".pem");
    }

    @Override
    public HttpResponse handle(HttpRequest request, String requestId) {
        return request.rawPath().equals(signer.path())
                ? HttpResponse.of(200, "application/x-pem-file", signer.certificate())
                : HttpResponse.of(404, "text/plain",
                        "No certificate has this name.\n".getBytes(StandardCharsets.UTF_8));
    }
}
