import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Calls a sandbox as a Java program does that changes no setting: its client offers HTTP/2 with every request. */
public class Offers {
    public static void main(String[] arguments) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        String run = arguments[0] + "/v1/sequences/" + arguments[1];
        String known = "{\"variables\": {\"by\": \"java\"}}";
        var patch = HttpRequest.newBuilder(URI.create(run)).method("PATCH", BodyPublishers.ofString(known));
        send(client, patch);
        byte[] pause = "{\"paused_until\": \"2100-01-01T00:00:00Z\"}".getBytes(StandardCharsets.UTF_8);
        // Of a list of arrays the client does not know the length, and sends chunks.
        send(client, HttpRequest.newBuilder(URI.create(run + "/pause")).POST(BodyPublishers.ofByteArrays(List.of(pause))));
        send(client, HttpRequest.newBuilder(URI.create(run + "/resume")).POST(BodyPublishers.noBody()));
        send(client, HttpRequest.newBuilder(URI.create(run)).GET());
    }

    private static void send(HttpClient client, HttpRequest.Builder request) throws Exception {
        request.header("Authorization", "Bearer topo_demo_readwrite").header("Content-Type", "application/json");
        var response = client.send(request.build(), BodyHandlers.ofString());
        System.out.println(response.statusCode() + " " + response.body());
    }
}
