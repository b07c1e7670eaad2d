/**
 * Amazon Elastic Container Registry: repositories, their settings, policies and tags, and the images in them, by ECR's
 * own operations and by the protocol of {@code docker} and {@code skopeo} at {@code /v2/} of the platform's port.
 *
 * <p>Images are not scanned, and manifests are told as they were pushed. Lifecycle policies are applied every hour.
 * Parts of layers may be smaller than AWS takes them.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html">Amazon ECR API Reference</a>
 */
package dev.aloft.service.ecr;
