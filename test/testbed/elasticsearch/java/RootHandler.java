import java.util.List;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.xcontent.XContentBuilder;

/** Answers {@code GET /} with name and version as a whole Elasticsearch does; clients ask it to know whom they talk to. */
final class RootHandler extends BaseRestHandler {
    private final String cluster;
    private final String node;

    RootHandler(Settings settings) {
        this.cluster = settings.get("cluster.name");
        this.node = settings.get("node.name");
    }

    @Override
    public String getName() {
        return "testbed_root";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        return channel -> {
            XContentBuilder body = channel.newBuilder();
            Build build = Build.current();
            body.startObject().field("name", node).field("cluster_name", cluster).startObject("version");
            body.field("number", build.qualifiedVersion()).field("build_flavor", build.flavor());
            body.field("minimum_wire_compatibility_version", build.minWireCompatVersion());
            body.field("minimum_index_compatibility_version", build.minIndexCompatVersion());
            body.endObject().field("tagline", "You Know, for Search").endObject();
            channel.sendResponse(new RestResponse(RestStatus.OK, body));
        };
    }
}
