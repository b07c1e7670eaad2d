/**
 * Amazon Elastic Container Registry as far as deployments make repositories: their settings, policies and tags. There is no
 * registry behind it yet: images cannot be pushed.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonECR/latest/APIReference/Welcome.html">Amazon ECR API Reference</a>
 */
package dev.aloft.service.ecr;
